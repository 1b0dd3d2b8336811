using System.Globalization;
using System.Text;
using Drydock.Clients.MySql;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Integration.Clients.MySql;

/// <summary>Every column type, read over both protocols, against what the mysql client prints.</summary>
public sealed class TypeContractTests(MariaDbServer server)
{
    public static TheoryData<string, string[]> Exact => new()
    {
        { "TINYINT", ["-128", "0", "127", "NULL"] },
        { "TINYINT UNSIGNED", ["0", "255", "NULL"] },
        { "SMALLINT", ["-32768", "32767"] },
        { "SMALLINT UNSIGNED", ["65535"] },
        { "MEDIUMINT", ["-8388608", "8388607"] },
        { "MEDIUMINT UNSIGNED", ["16777215"] },
        { "INT", ["-2147483648", "2147483647", "NULL"] },
        { "INT UNSIGNED", ["4294967295"] },
        { "BIGINT", ["-9223372036854775808", "9223372036854775807", "9007199254740993", "NULL"] },
        { "BIGINT UNSIGNED", ["18446744073709551615", "0"] },
        { "DECIMAL(65,30)", ["99999999999999999999999999999999999.999999999999999999999999999999", "-0.000000000000000000000000000001"] },
        { "DECIMAL(10,2)", ["1.10", "-12345678.90", "0", "NULL"] },
        { "DATE", ["'2024-02-29'", "'0001-01-01'", "'9999-12-31'", "'0000-00-00'", "NULL"] },
        { "DATETIME", ["'2024-02-29 23:59:59'", "'0000-00-00 00:00:00'", "NULL"] },
        { "DATETIME(6)", ["'2024-02-29 23:59:59.999999'", "'2024-01-01 00:00:00.000001'", "'2024-01-01'"] },
        { "DATETIME(3)", ["'2024-02-29 23:59:59.120'"] },
        { "TIMESTAMP NULL", ["'2024-02-29 12:34:56'", "'1970-01-02 00:00:01'", "NULL"] },
        { "TIMESTAMP(6) NULL", ["'2024-02-29 12:34:56.654321'"] },
        { "TIME", ["'838:59:59'", "'-838:59:59'", "'00:00:00'", "'-00:00:01'", "NULL"] },
        { "TIME(6)", ["'123:45:06.000007'", "'-10:00:00.5'"] },
        { "YEAR", ["2024", "1901", "0"] },
        { "CHAR(10)", ["'a b'", "''", "'中文é'", "NULL"] },
        { "VARCHAR(200)", ["'it''s \"q\" \\\\ ; -- x # y /* z */'", "'😀𝒳'", "''"] },
        { "VARCHAR(200) CHARACTER SET latin1", ["'é'"] },
        { "VARCHAR(200) COLLATE utf8mb4_bin", ["'心跳'"] },
        { "TEXT", ["'line1\\nline2\\ttab\\0nul'", "REPEAT('长', 20000)", "''"] },
        { "LONGTEXT", ["REPEAT('x', 3000000)"] },
        { "BINARY(4)", ["0x00FF0A00", "NULL"] },
        { "VARBINARY(300)", ["''", "0x00", "UNHEX(REPEAT('00FF27', 100))"] },
        { "BLOB", ["0x0001020304FF", "REPEAT(UNHEX('00'), 60000)"] },
        { "LONGBLOB", ["REPEAT(UNHEX('DEADBEEF00'), 400000)"] },
        { "JSON", ["'{\"big\": 9007199254740993, \"t\": \"),(\"}'", "'[]'", "NULL"] },
        { "ENUM('a','b,c','日')", ["'b,c'", "'日'", "NULL"] },
        { "SET('x','y','z')", ["'x,z'", "''", "NULL"] },
        { "DOUBLE", ["0.5", "-1234.25", "0", "NULL"] },
        { "FLOAT", ["0.5", "-1234.25", "NULL"] },
        { "INET6", ["'2001:db8::1'"] },
        { "UUID", ["'123e4567-e89b-12d3-a456-426655440000'"] },
    };

    [Theory]
    [MemberData(nameof(Exact))]
    public async Task Value_is_equal_over_both_protocols_and_mysql_client(string type, string[] literals)
    {
        var database = await server.CreateDatabaseAsync();
        await using var connection = await server.OpenAsync(database);
        await MariaDbServer.ExecuteAsync(connection, "SET sql_mode=''");
        await MariaDbServer.ExecuteAsync(connection, $"CREATE TABLE v (id INT PRIMARY KEY, v {type})");
        for (var i = 0; i < literals.Length; i++)
        {
            await MariaDbServer.ExecuteAsync(connection, string.Create(CultureInfo.InvariantCulture, $"INSERT INTO v VALUES ({i}, {literals[i]})"));
            var printed = server.Cli(database, string.Create(CultureInfo.InvariantCulture, $"SELECT v FROM v WHERE id = {i}"));

            await using var text = new MySqlCommand(string.Create(CultureInfo.InvariantCulture, $"SELECT v FROM v WHERE id = {i}"), connection);
            await using var binary = new MySqlCommand("SELECT v FROM v WHERE id = @id", connection);
            binary.Parameters.AddWithValue("@id", i);
            var fromText = await ReadAsync(text);
            var fromBinary = await ReadAsync(binary);

            (fromText.Bytes ?? "NULL"u8.ToArray()).ShouldBe(printed, $"{type} {literals[i]} text");
            (fromBinary.Bytes ?? "NULL"u8.ToArray()).ShouldBe(printed, $"{type} {literals[i]} binary");
            fromBinary.Type.ShouldBe(fromText.Type);
            if (fromText.Value is byte[] bytes)
            {
                bytes.ShouldBe(printed);
                fromBinary.Value.ShouldBeOfType<byte[]>().ShouldBe(printed);
            }
            else
            {
                fromBinary.Value.ShouldBe(fromText.Value, $"{type} {literals[i]}");
            }
        }
    }

    // The mysql client prints bits as raw bytes, and ZEROFILL as zeros before the number.
    [Theory]
    [InlineData("BIT(1)", "b'1'", "1")]
    [InlineData("BIT(64)", "b'1000000000000000000000000000000000000000000000000000000000000001'", "9223372036854775809")]
    [InlineData("INT(8) ZEROFILL", "42", "42")]
    public async Task Number_that_mysql_client_prints_differently_is_equal_over_both_protocols(
        string type, string literal, string expected)
    {
        var token = TestContext.Current.CancellationToken;
        await using var connection = await server.OpenAsync(await server.CreateDatabaseAsync());
        await MariaDbServer.ExecuteAsync(connection, $"CREATE TABLE v (id INT PRIMARY KEY, v {type})");
        await MariaDbServer.ExecuteAsync(connection, $"INSERT INTO v VALUES (1, {literal})");
        await using var text = new MySqlCommand("SELECT v FROM v", connection);
        await using var binary = new MySqlCommand("SELECT v FROM v WHERE id = @id", connection);
        binary.Parameters.AddWithValue("@id", 1);
        foreach (var command in (MySqlCommand[])[text, binary])
        {
            await using var reader = await command.ExecuteReaderAsync(token);
            (await reader.ReadAsync(token)).ShouldBeTrue();
            reader.GetString(0).ShouldBe(expected);
            Convert.ToString(reader.GetValue(0), CultureInfo.InvariantCulture).ShouldBe(expected);
        }
    }

    [Theory]
    [InlineData("DOUBLE", "1e300")]
    [InlineData("DOUBLE", "0.1")]
    [InlineData("DOUBLE", "-2.2250738585072014e-308")]
    [InlineData("DOUBLE", "1.7976931348623157e308")]
    public async Task Double_is_equal_over_both_protocols_and_mysql_client(string type, string literal)
    {
        var expected = double.Parse(literal, CultureInfo.InvariantCulture);
        await using var connection = await server.OpenAsync();
        await using var binary = new MySqlCommand($"SELECT CAST({literal} AS {type}), @p", connection);
        binary.Parameters.AddWithValue("p", expected);
        await using var reader = await binary.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        (await reader.ReadAsync(TestContext.Current.CancellationToken)).ShouldBeTrue();
        reader.GetDouble(0).ShouldBe(expected);
        reader.GetDouble(1).ShouldBe(expected);
        double.Parse(Encoding.UTF8.GetString(server.Cli("", $"SELECT CAST({literal} AS {type})")), CultureInfo.InvariantCulture).ShouldBe(expected);
    }

    [Fact]
    public async Task Float_keeps_all_digits_only_over_binary_protocol()
    {
        var database = await server.CreateDatabaseAsync();
        await using var connection = await server.OpenAsync(database);
        await MariaDbServer.ExecuteAsync(connection, "CREATE TABLE v (id INT PRIMARY KEY, v FLOAT)");
        await MariaDbServer.ExecuteAsync(connection, "INSERT INTO v VALUES (1, 1/3)");
        await using var text = new MySqlCommand("SELECT v FROM v", connection);
        await using var binary = new MySqlCommand("SELECT v FROM v WHERE id = @id", connection);
        binary.Parameters.AddWithValue("id", 1);
        (await text.ExecuteScalarAsync(TestContext.Current.CancellationToken)).ShouldBe(0.333333f);
        (await binary.ExecuteScalarAsync(TestContext.Current.CancellationToken)).ShouldBe(1f / 3);
        Encoding.UTF8.GetString(server.Cli(database, "SELECT v FROM v")).ShouldBe("0.333333");
    }

    [Fact]
    public async Task Column_types_map_to_natural_dotnet_types()
    {
        var database = await server.CreateDatabaseAsync();
        await using var connection = await server.OpenAsync(database);
        await MariaDbServer.ExecuteAsync(connection, """
            CREATE TABLE v (a TINYINT(1), b TINYINT UNSIGNED, c BIGINT UNSIGNED, d DECIMAL(10,2), e DATETIME(6), f TIME(6), g VARCHAR(9), h BLOB, i JSON, j BIT(3), k YEAR, l DATE, m FLOAT)
            """);
        await MariaDbServer.ExecuteAsync(connection, """
            INSERT INTO v VALUES (1, 255, 18446744073709551615, 1.10, '2024-02-29 23:59:59.123456', '-01:02:03.5', 'é', 0x00, '{}', b'101', 2024, '2024-02-29', 0.5)
            """);
        await using var command = new MySqlCommand("SELECT * FROM v", connection);
        await using var reader = (MySqlDataReader)await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        (await reader.ReadAsync(TestContext.Current.CancellationToken)).ShouldBeTrue();
        var values = new object[reader.FieldCount];
        reader.GetValues(values).ShouldBe(13);
        values[0].ShouldBe(true);
        values[1].ShouldBe((byte)255);
        values[2].ShouldBe(ulong.MaxValue);
        values[3].ShouldBe(1.10m);
        values[4].ShouldBe(new DateTime(2024, 2, 29, 23, 59, 59).AddMicroseconds(123456));
        values[5].ShouldBe(-new TimeSpan(0, 1, 2, 3, 500));
        values[6].ShouldBe("é");
        values[7].ShouldBeOfType<byte[]>().ShouldBe([0]);
        values[8].ShouldBe("{}");
        values[9].ShouldBe(5ul);
        values[10].ShouldBe(2024);
        values[11].ShouldBe(new DateTime(2024, 2, 29));
        values[12].ShouldBe(0.5f);
        reader.GetFieldValue<DateOnly>(11).ShouldBe(new DateOnly(2024, 2, 29));
        reader.GetFieldType(9).ShouldBe(typeof(ulong));
    }

    [Fact]
    public async Task Values_without_dotnet_counterpart_fail_with_column_name()
    {
        await using var connection = await server.OpenAsync();
        await MariaDbServer.ExecuteAsync(connection, "SET sql_mode=''");
        await using var command = new MySqlCommand("SELECT CAST('0000-00-00' AS DATE) AS zero, 99999999999999999999999999999999999999999999999999.5 AS big", connection);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        (await reader.ReadAsync(TestContext.Current.CancellationToken)).ShouldBeTrue();
        Should.Throw<InvalidCastException>(() => reader.GetValue(0)).Message.ShouldContain("'zero'");
        reader.GetString(0).ShouldBe("0000-00-00");
        Should.Throw<OverflowException>(() => reader.GetValue(1)).Message.ShouldContain("'big'");
        reader.GetString(1).ShouldBe("99999999999999999999999999999999999999999999999999.5");
    }

    private static async Task<ReadValue> ReadAsync(MySqlCommand command)
    {
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        (await reader.ReadAsync(TestContext.Current.CancellationToken)).ShouldBeTrue();
        if (await reader.IsDBNullAsync(0, TestContext.Current.CancellationToken))
        {
            return new ReadValue(null, DBNull.Value, reader.GetFieldType(0));
        }

        object value;
        try
        {
            value = reader.GetValue(0);
        }
        catch (Exception e) when (e is OverflowException or InvalidCastException)
        {
            value = e.Message;
        }

        return new ReadValue(reader.GetFieldValue<byte[]>(0), value, reader.GetFieldType(0));
    }

    private sealed record ReadValue(byte[]? Bytes, object Value, Type Type);
}
