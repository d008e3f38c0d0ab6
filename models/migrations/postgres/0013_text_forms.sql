-- Texts are kept and compared in the forms of models/texts.py: NFC, casefolded, documents' numbers without blanks and dashes.
-- casefolded() is Unicode's full case folding, which PostgreSQL has of its own from 18 on: ICU's lower case, and for the few
-- letters where that is another one (ß, ς …) a longer way round.

CREATE FUNCTION casefolded_at_length(given text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
    folded text COLLATE "C" := lower(given COLLATE "und-x-icu");
    pair text[];
BEGIN
    folded := translate(
        folded,
        U&'\00B5\017F\0345\03C2\03D0\03D1\03D5\03D6\03F0\03F1\03F5\13F8\13F9\13FA\13FB\13FC\13FD\1C80\1C81\1C82'
        '\1C83\1C84\1C85\1C86\1C87\1C88\1E9B\1FBE\AB70\AB71\AB72\AB73\AB74\AB75\AB76\AB77\AB78\AB79\AB7A\AB7B'
        '\AB7C\AB7D\AB7E\AB7F\AB80\AB81\AB82\AB83\AB84\AB85\AB86\AB87\AB88\AB89\AB8A\AB8B\AB8C\AB8D\AB8E\AB8F'
        '\AB90\AB91\AB92\AB93\AB94\AB95\AB96\AB97\AB98\AB99\AB9A\AB9B\AB9C\AB9D\AB9E\AB9F\ABA0\ABA1\ABA2\ABA3'
        '\ABA4\ABA5\ABA6\ABA7\ABA8\ABA9\ABAA\ABAB\ABAC\ABAD\ABAE\ABAF\ABB0\ABB1\ABB2\ABB3\ABB4\ABB5\ABB6\ABB7'
        '\ABB8\ABB9\ABBA\ABBB\ABBC\ABBD\ABBE\ABBF',
        U&'\03BC\0073\03B9\03C3\03B2\03B8\03C6\03C0\03BA\03C1\03B5\13F0\13F1\13F2\13F3\13F4\13F5\0432\0434\043E'
        '\0441\0442\0442\044A\0463\A64B\1E61\03B9\13A0\13A1\13A2\13A3\13A4\13A5\13A6\13A7\13A8\13A9\13AA\13AB'
        '\13AC\13AD\13AE\13AF\13B0\13B1\13B2\13B3\13B4\13B5\13B6\13B7\13B8\13B9\13BA\13BB\13BC\13BD\13BE\13BF'
        '\13C0\13C1\13C2\13C3\13C4\13C5\13C6\13C7\13C8\13C9\13CA\13CB\13CC\13CD\13CE\13CF\13D0\13D1\13D2\13D3'
        '\13D4\13D5\13D6\13D7\13D8\13D9\13DA\13DB\13DC\13DD\13DE\13DF\13E0\13E1\13E2\13E3\13E4\13E5\13E6\13E7'
        '\13E8\13E9\13EA\13EB\13EC\13ED\13EE\13EF'
    );
    FOREACH pair SLICE 1 IN ARRAY ARRAY[
        [U&'\00DF', U&'\0073\0073'], [U&'\0149', U&'\02BC\006E'], [U&'\01F0', U&'\006A\030C'],
        [U&'\0390', U&'\03B9\0308\0301'], [U&'\03B0', U&'\03C5\0308\0301'], [U&'\0587', U&'\0565\0582'],
        [U&'\1E96', U&'\0068\0331'], [U&'\1E97', U&'\0074\0308'], [U&'\1E98', U&'\0077\030A'],
        [U&'\1E99', U&'\0079\030A'], [U&'\1E9A', U&'\0061\02BE'], [U&'\1F50', U&'\03C5\0313'],
        [U&'\1F52', U&'\03C5\0313\0300'], [U&'\1F54', U&'\03C5\0313\0301'], [U&'\1F56', U&'\03C5\0313\0342'],
        [U&'\1F80', U&'\1F00\03B9'], [U&'\1F81', U&'\1F01\03B9'], [U&'\1F82', U&'\1F02\03B9'],
        [U&'\1F83', U&'\1F03\03B9'], [U&'\1F84', U&'\1F04\03B9'], [U&'\1F85', U&'\1F05\03B9'],
        [U&'\1F86', U&'\1F06\03B9'], [U&'\1F87', U&'\1F07\03B9'], [U&'\1F90', U&'\1F20\03B9'],
        [U&'\1F91', U&'\1F21\03B9'], [U&'\1F92', U&'\1F22\03B9'], [U&'\1F93', U&'\1F23\03B9'],
        [U&'\1F94', U&'\1F24\03B9'], [U&'\1F95', U&'\1F25\03B9'], [U&'\1F96', U&'\1F26\03B9'],
        [U&'\1F97', U&'\1F27\03B9'], [U&'\1FA0', U&'\1F60\03B9'], [U&'\1FA1', U&'\1F61\03B9'],
        [U&'\1FA2', U&'\1F62\03B9'], [U&'\1FA3', U&'\1F63\03B9'], [U&'\1FA4', U&'\1F64\03B9'],
        [U&'\1FA5', U&'\1F65\03B9'], [U&'\1FA6', U&'\1F66\03B9'], [U&'\1FA7', U&'\1F67\03B9'],
        [U&'\1FB2', U&'\1F70\03B9'], [U&'\1FB3', U&'\03B1\03B9'], [U&'\1FB4', U&'\03AC\03B9'],
        [U&'\1FB6', U&'\03B1\0342'], [U&'\1FB7', U&'\03B1\0342\03B9'], [U&'\1FC2', U&'\1F74\03B9'],
        [U&'\1FC3', U&'\03B7\03B9'], [U&'\1FC4', U&'\03AE\03B9'], [U&'\1FC6', U&'\03B7\0342'],
        [U&'\1FC7', U&'\03B7\0342\03B9'], [U&'\1FD2', U&'\03B9\0308\0300'], [U&'\1FD3', U&'\03B9\0308\0301'],
        [U&'\1FD6', U&'\03B9\0342'], [U&'\1FD7', U&'\03B9\0308\0342'], [U&'\1FE2', U&'\03C5\0308\0300'],
        [U&'\1FE3', U&'\03C5\0308\0301'], [U&'\1FE4', U&'\03C1\0313'], [U&'\1FE6', U&'\03C5\0342'],
        [U&'\1FE7', U&'\03C5\0308\0342'], [U&'\1FF2', U&'\1F7C\03B9'], [U&'\1FF3', U&'\03C9\03B9'],
        [U&'\1FF4', U&'\03CE\03B9'], [U&'\1FF6', U&'\03C9\0342'], [U&'\1FF7', U&'\03C9\0342\03B9'],
        [U&'\FB00', U&'\0066\0066'], [U&'\FB01', U&'\0066\0069'], [U&'\FB02', U&'\0066\006C'],
        [U&'\FB03', U&'\0066\0066\0069'], [U&'\FB04', U&'\0066\0066\006C'], [U&'\FB05', U&'\0073\0074'],
        [U&'\FB06', U&'\0073\0074'], [U&'\FB13', U&'\0574\0576'], [U&'\FB14', U&'\0574\0565'],
        [U&'\FB15', U&'\0574\056B'], [U&'\FB16', U&'\057E\0576'], [U&'\FB17', U&'\0574\056D']
    ] LOOP
        folded := replace(folded, pair[1], pair[2]);
    END LOOP;
    RETURN folded;
END
$$;

-- The schema is spelt out, so that a backup's indexes can be made before any search_path is set.
DO $do$ BEGIN EXECUTE format($body$
CREATE FUNCTION casefolded(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE
    WHEN given COLLATE "C" ~
        U&'[\00B5\00DF\0149\017F\01F0\0345\0390\03A3\03B0\03C2\03D0\03D1\03D5\03D6\03F0\03F1\03F5\0587\13A0-'
        '\13F5\13F8-\13FD\1C80-\1C88\1E96-\1E9B\1E9E\1F50\1F52\1F54\1F56\1F80-\1FAF\1FB2-\1FB4\1FB6\1FB7\1FBC'
        '\1FBE\1FC2-\1FC4\1FC6\1FC7\1FCC\1FD2\1FD3\1FD6\1FD7\1FE2-\1FE4\1FE6\1FE7\1FF2-\1FF4\1FF6\1FF7\1FFC'
        '\AB70-\ABBF\FB00-\FB06\FB13-\FB17]'
    THEN %I.casefolded_at_length(given)
    ELSE lower(given COLLATE "und-x-icu")
END COLLATE "C"
$$
$body$, current_schema()); END $do$;

CREATE FUNCTION pg_temp.document_key(number text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT coalesce(nullif(translate(
    normalize(casefolded(normalize(number))),
    U&'авекмнорстух'
    '\0009\000A\000B\000C\000D\001C\001D\001E\001F\0020\002D\0085\00A0\00AD\058A\05BE\0600\0601\0602\0603'
    '\0604\0605\061C\06DD\070F\0890\0891\08E2\1400\1680\1806\180E\2000\2001\2002\2003\2004\2005\2006\2007'
    '\2008\2009\200A\200B\200C\200D\200E\200F\2010\2011\2012\2013\2014\2015\2028\2029\202A\202B\202C\202D'
    '\202E\202F\205F\2060\2061\2062\2063\2064\2066\2067\2068\2069\206A\206B\206C\206D\206E\206F\2212\2800'
    '\2E17\2E1A\2E3A\2E3B\2E40\2E5D\3000\301C\3030\30A0\3164\FE31\FE32\FE58\FE63\FEFF\FF0D\FFF9\FFFA\FFFB'
    '\+010EAD\+0110BD\+0110CD\+013430\+013431\+013432\+013433\+013434\+013435\+013436\+013437\+013438'
    '\+01BCA0\+01BCA1\+01BCA2\+01BCA3\+01D173\+01D174\+01D175\+01D176\+01D177\+01D178\+01D179\+01D17A'
    '\+0E0001\+0E0020\+0E0021\+0E0022\+0E0023\+0E0024\+0E0025\+0E0026\+0E0027\+0E0028\+0E0029\+0E002A'
    '\+0E002B\+0E002C\+0E002D\+0E002E\+0E002F\+0E0030\+0E0031\+0E0032\+0E0033\+0E0034\+0E0035\+0E0036'
    '\+0E0037\+0E0038\+0E0039\+0E003A\+0E003B\+0E003C\+0E003D\+0E003E\+0E003F\+0E0040\+0E0041\+0E0042'
    '\+0E0043\+0E0044\+0E0045\+0E0046\+0E0047\+0E0048\+0E0049\+0E004A\+0E004B\+0E004C\+0E004D\+0E004E'
    '\+0E004F\+0E0050\+0E0051\+0E0052\+0E0053\+0E0054\+0E0055\+0E0056\+0E0057\+0E0058\+0E0059\+0E005A'
    '\+0E005B\+0E005C\+0E005D\+0E005E\+0E005F\+0E0060\+0E0061\+0E0062\+0E0063\+0E0064\+0E0065\+0E0066'
    '\+0E0067\+0E0068\+0E0069\+0E006A\+0E006B\+0E006C\+0E006D\+0E006E\+0E006F\+0E0070\+0E0071\+0E0072'
    '\+0E0073\+0E0074\+0E0075\+0E0076\+0E0077\+0E0078\+0E0079\+0E007A\+0E007B\+0E007C\+0E007D\+0E007E'
    '\+0E007F',
    'abekmhopctyx'
), ''), normalize(casefolded(normalize(number))))
$$;

-- What is there is carried over to NFC; a unique name that has got a twin by that stays as it is.

UPDATE users SET username = normalize(username) WHERE username IS NOT NFC NORMALIZED;
UPDATE users SET first_name = normalize(first_name) WHERE first_name IS NOT NFC NORMALIZED;
UPDATE users SET last_name = normalize(last_name) WHERE last_name IS NOT NFC NORMALIZED;
UPDATE users SET email = normalize(email) WHERE email IS NOT NFC NORMALIZED;
UPDATE customers SET first_name = normalize(first_name) WHERE first_name IS NOT NFC NORMALIZED;
UPDATE customers SET last_name = normalize(last_name) WHERE last_name IS NOT NFC NORMALIZED;
UPDATE customers SET middle_name = normalize(middle_name) WHERE middle_name IS NOT NFC NORMALIZED;
UPDATE customers SET email = normalize(email) WHERE email IS NOT NFC NORMALIZED;
UPDATE customers SET document_number = normalize(document_number) WHERE document_number IS NOT NFC NORMALIZED;
UPDATE customers SET passport_issued_by = normalize(passport_issued_by) WHERE passport_issued_by IS NOT NFC NORMALIZED;
UPDATE customers SET inn = normalize(inn) WHERE inn IS NOT NFC NORMALIZED;
UPDATE customers SET address = normalize(address) WHERE address IS NOT NFC NORMALIZED;
UPDATE customers SET organization_name = normalize(organization_name) WHERE organization_name IS NOT NFC NORMALIZED;
UPDATE customers SET notes = normalize(notes) WHERE notes IS NOT NFC NORMALIZED;
UPDATE tariffs SET description = normalize(description) WHERE description IS NOT NFC NORMALIZED;
UPDATE contracts SET notes = normalize(notes) WHERE notes IS NOT NFC NORMALIZED;
UPDATE payments SET description = normalize(description) WHERE description IS NOT NFC NORMALIZED;
UPDATE tickets SET subject = normalize(subject) WHERE subject IS NOT NFC NORMALIZED;
UPDATE tickets SET description = normalize(description) WHERE description IS NOT NFC NORMALIZED;
UPDATE tickets SET notes = normalize(notes) WHERE notes IS NOT NFC NORMALIZED;
UPDATE tickets SET resolution = normalize(resolution) WHERE resolution IS NOT NFC NORMALIZED;
UPDATE tariffs SET name = normalize(name) WHERE name IS NOT NFC NORMALIZED
    AND NOT EXISTS (SELECT 1 FROM tariffs o WHERE o.id <> tariffs.id AND normalize(o.name) = normalize(tariffs.name));
UPDATE payments SET transaction_id = normalize(transaction_id) WHERE transaction_id IS NOT NFC NORMALIZED
    AND NOT EXISTS (SELECT 1 FROM payments o WHERE o.id <> payments.id AND normalize(o.transaction_id) = normalize(payments.transaction_id));
UPDATE users SET search = replace(normalize(search), 'ё', 'е') WHERE search IS NOT NFC NORMALIZED;
UPDATE customers SET search = replace(normalize(search), 'ё', 'е') WHERE search IS NOT NFC NORMALIZED;
UPDATE tariffs SET search = replace(normalize(search), 'ё', 'е') WHERE search IS NOT NFC NORMALIZED;
UPDATE contracts SET search = replace(normalize(search), 'ё', 'е') WHERE search IS NOT NFC NORMALIZED;
UPDATE sims SET search = replace(normalize(search), 'ё', 'е') WHERE search IS NOT NFC NORMALIZED;
UPDATE payments SET search = replace(normalize(search), 'ё', 'е') WHERE search IS NOT NFC NORMALIZED;
UPDATE tickets SET search = replace(normalize(search), 'ё', 'е') WHERE search IS NOT NFC NORMALIZED;

-- Keys that people never see: by them what they write is unique, whichever way they write it. Two rows that would share one
-- are told by the program, which then goes no further.

DROP INDEX users_username_key, customers_email_key, customers_document_key;
ALTER TABLE users ADD COLUMN username_key text;
UPDATE users SET username_key = normalize(casefolded(username));
ALTER TABLE users ALTER COLUMN username_key SET NOT NULL;
ALTER TABLE customers ADD COLUMN document_key text;
UPDATE customers SET document_key = pg_temp.document_key(document_number), email_key = normalize(casefolded(email));
ALTER TABLE customers ALTER COLUMN document_key SET NOT NULL;

-- Names are ordered by casefolded code point, as everywhere.

DROP INDEX tariffs_priority, tariffs_is_active, tariffs_tariff_type;
CREATE INDEX tariffs_priority ON tariffs ((~priority), (casefolded(name) COLLATE "C"), (~id));
CREATE INDEX tariffs_is_active ON tariffs (is_active, (~priority), (casefolded(name) COLLATE "C"), (~id));
CREATE INDEX tariffs_tariff_type ON tariffs (tariff_type, (~priority), (casefolded(name) COLLATE "C"), (~id));

-- An option stays the number that was sent: jsonb would make 10000000000000000 of 1e16.

ALTER TABLE tariffs DROP CONSTRAINT tariffs_extra_options;
ALTER TABLE tariffs ALTER COLUMN extra_options TYPE json;
ALTER TABLE tariffs ADD CONSTRAINT tariffs_extra_options CHECK (json_typeof(extra_options) = 'object');
