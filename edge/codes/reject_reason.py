"""Why a code was not understood, as stable slugs for pages and reports."""

from enum import StrEnum


class RejectReason(StrEnum):
    """One slug for each way in which a reading can have no meaning; the pages hold the words for people."""

    EMPTY = "empty"
    TOO_LONG = "too_long"  # over 4 KiB, or longer than the element strings that we parse
    NOT_TEXT = "not_text"  # binary, or text in no character set the chain's rules allow
    UNRECOGNISED = "unrecognised"  # well-formed, but no rule claims it
    AMBIGUOUS = "ambiguous"  # two readings are equally valid, and a wrong product is worse than none
    WRONG_LENGTH = "wrong_length"
    CHECK_DIGIT = "check_digit"
    NO_IN_STORE_RULE = "no_in_store_rule"  # 02, 04, 20-29: only the retailer knows what these mean
    PRICE_CHECK_DIGIT = "price_check_digit"  # the second check digit, inside an in-store price or weight code
    UNKNOWN_ISSUER = "unknown_issuer"  # a member or staff number that no issuer rule accepts
    BAD_HOUSE_CODE = "bad_house_code"  # begins with `noren:`, but is not one of ours
    BAD_TOKEN = "bad_token"  # looks like a signed token, but cannot be read as one
    BAD_SIGNATURE = "bad_signature"
    UNKNOWN_KEY = "unknown_key"
    WRONG_ISSUER = "wrong_issuer"  # signed with the key of another issuer than the one it names
    BAD_DIGITAL_LINK = "bad_digital_link"
    COMPRESSED_DIGITAL_LINK = "compressed_digital_link"
    UNKNOWN_AI = "unknown_ai"
    AI_LENGTH = "ai_length"
    AI_CHARACTERS = "ai_characters"
    AI_VALUE = "ai_value"  # a country, currency, date, time or count that does not exist
    AI_REPEATED = "ai_repeated"  # the same AI twice with two values
    AI_PAIR_MISSING = "ai_pair_missing"
    AI_PAIR_EXCLUDED = "ai_pair_excluded"
    NO_KEY = "no_key"  # valid element strings, none of which identifies anything
