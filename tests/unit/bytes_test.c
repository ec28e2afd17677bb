/* SPDX-License-Identifier: MIT */
#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void bytes_come_back_as_they_were_put(void **state) {
    (void)state;
    uint8_t data[64];
    struct byte_writer writer = byte_writer_in(data, sizeof data);
    bytes_put_u8(&writer, 0xAB);
    bytes_put_u16(&writer, 0x1234);
    bytes_put_u32(&writer, 0xDEADBEEF);
    bytes_put_u64(&writer, UINT64_C(0x0102030405060708));
    bytes_put_f32(&writer, 1.5F);
    bytes_put_f64(&writer, -2.25);
    bytes_put_varint(&writer, 300);
    bytes_put_varint(&writer, UINT64_MAX);
    assert_false(writer.overflow);

    struct byte_reader reader = byte_reader_of(data, writer.length);
    assert_int_equal(bytes_get_u8(&reader), 0xAB);
    assert_int_equal(bytes_get_u16(&reader), 0x1234);
    assert_int_equal(bytes_get_u32(&reader), 0xDEADBEEF);
    assert_true(bytes_get_u64(&reader) == UINT64_C(0x0102030405060708));
    assert_true(bytes_get_f32(&reader) == 1.5F);
    assert_true(bytes_get_f64(&reader) == -2.25);
    assert_int_equal(bytes_get_varint(&reader), 300);
    assert_true(bytes_get_varint(&reader) == UINT64_MAX);
    assert_false(reader.failed);
    assert_int_equal(reader.at, writer.length);
}

static void bytes_are_little_endian(void **state) {
    (void)state;
    uint8_t data[4];
    struct byte_writer writer = byte_writer_in(data, sizeof data);
    bytes_put_u32(&writer, 0x01020304);
    assert_memory_equal(data, "\x04\x03\x02\x01", 4);
}

static void writer_refuses_past_its_end_and_stays_refused(void **state) {
    (void)state;
    uint8_t data[3] = {0};
    struct byte_writer writer = byte_writer_in(data, sizeof data);
    bytes_put_u32(&writer, 1);
    assert_true(writer.overflow);
    bytes_put_u8(&writer, 1);
    assert_int_equal(writer.length, 0);
}

static void reader_fails_past_its_end_and_stays_failed(void **state) {
    (void)state;
    const uint8_t data[] = {1, 2};
    struct byte_reader reader = byte_reader_of(data, sizeof data);
    assert_int_equal(bytes_get_u32(&reader), 0);
    assert_true(reader.failed);
    assert_int_equal(bytes_get_u8(&reader), 0);
}

static void varint_over_64_bits_is_refused(void **state) {
    (void)state;
    static const char *const bad[] = {
        "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02",
        "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
        "\x80",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct byte_reader reader =
            byte_reader_of((const uint8_t *)bad[i], strlen(bad[i]));
        bytes_get_varint(&reader);
        assert_true(reader.failed);
    }
}

static void checksum_is_the_one_of_rfc_3720(void **state) {
    (void)state;
    assert_int_equal(bytes_crc32c(0, "123456789", 9), 0xE3069283);
    uint8_t zeros[32] = {0};
    assert_int_equal(bytes_crc32c(0, zeros, sizeof zeros), 0x8A9136AA);
    assert_int_equal(bytes_crc32c(bytes_crc32c(0, "1234", 4), "56789", 5), 0xE3069283);
}

/* Whole words and single bytes may take different ways through the processor. */
static void checksum_does_not_depend_on_the_pieces(void **state) {
    (void)state;
    uint8_t bytes[100];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 37 + 11);
    for (size_t start = 0; start < 9; start++) {
        uint32_t by_bytes = 0;
        for (size_t i = start; i < sizeof bytes; i++) {
            by_bytes = bytes_crc32c(by_bytes, bytes + i, 1);
        }
        uint32_t whole = bytes_crc32c(0, bytes + start, sizeof bytes - start);
        assert_int_equal(whole, by_bytes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_come_back_as_they_were_put),
        cmocka_unit_test(bytes_are_little_endian),
        cmocka_unit_test(writer_refuses_past_its_end_and_stays_refused),
        cmocka_unit_test(reader_fails_past_its_end_and_stays_failed),
        cmocka_unit_test(varint_over_64_bits_is_refused),
        cmocka_unit_test(checksum_is_the_one_of_rfc_3720),
        cmocka_unit_test(checksum_does_not_depend_on_the_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
