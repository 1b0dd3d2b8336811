using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>TOML as text: what is not changed stays byte for byte.</summary>
public sealed class TomlTextTests
{
    private const string Text = """
        # TiKV of the payments
        log-level = "info"   # quiet

        [server]
        addr = "0.0.0.0:20160"
        labels = { host = "tikv1", zone = "a" }
        # end-point-concurrency = 8

        [raftstore]
        sync-log = true
        [rocksdb.defaultcf]
        compression-per-level = [
          "no", # level 0
          "lz4",
        ]
        block-cache-size = '1GB'

        """;

    [Fact]
    public void TomlText_finds_values_by_path_as_written()
    {
        var toml = TomlText.Parse(Text);

        toml.Find("log-level").ShouldBe("\"info\"");
        toml.Word("log-level").ShouldBe("info");
        toml.Find("server.labels").ShouldBe("{ host = \"tikv1\", zone = \"a\" }");
        toml.Find("raftstore.sync-log").ShouldBe("true");
        toml.Word("rocksdb.defaultcf.block-cache-size").ShouldBe("1GB");
        toml.Find("server.end-point-concurrency").ShouldBeNull("a comment is no value");
        toml.Find("rocksdb.defaultcf.compression-per-level").ShouldNotBeNull().ShouldContain("lz4");
    }

    [Fact]
    public void TomlText_With_replaces_value_in_place()
    {
        var changed = TomlText.Parse(Text).With("raftstore.sync-log", "false");

        changed.Text.ShouldBe(Text.Replace("sync-log = true", "sync-log = false", StringComparison.Ordinal));
    }

    [Fact]
    public void TomlText_With_appends_new_value_to_its_table()
    {
        var changed = TomlText.Parse(Text).With("server.status-addr", "\"0.0.0.0:20180\"");

        changed.Text.ShouldBe(Text.Replace(
            "zone = \"a\" }", "zone = \"a\" }\nstatus-addr = \"0.0.0.0:20180\"", StringComparison.Ordinal));
        changed.Find("server.status-addr").ShouldBe("\"0.0.0.0:20180\"");
    }

    [Fact]
    public void TomlText_With_appends_missing_table_at_the_end()
    {
        var changed = TomlText.Parse(Text).With("storage.block-cache.capacity", "\"8GB\"");

        changed.Text.ShouldBe(Text + "\n[storage.block-cache]\ncapacity = \"8GB\"\n");
    }

    [Fact]
    public void TomlText_With_adds_dotted_key_to_dotted_table()
    {
        var changed = TomlText.Parse("[storage]\nblock-cache.shared = true\n")
            .With("storage.block-cache.capacity", "\"8GB\"");

        changed.Text.ShouldBe("[storage]\nblock-cache.shared = true\nblock-cache.capacity = \"8GB\"\n");
    }

    [Fact]
    public void TomlText_With_refuses_value_below_inline_table()
    {
        Should.Throw<FormatException>(() => TomlText.Parse("storage = { block-cache = { shared = true } }\n")
            .With("storage.block-cache.capacity", "\"8GB\""))
            .Message.ShouldContain("[storage]");
    }

    [Fact]
    public void TomlText_With_keeps_windows_line_ends()
    {
        TomlText.Parse("[server]\r\naddr = \"x\"\r\n").With("server.status-addr", "\"y\"").Text
            .ShouldBe("[server]\r\naddr = \"x\"\r\nstatus-addr = \"y\"\r\n");
    }

    [Theory]
    [InlineData("a = \"open\n", 1)]
    [InlineData("\na\n", 2)]
    [InlineData("a = 1\na = 2\n", 2)]
    [InlineData("[t]\n[t]\n", 2)]
    [InlineData("a = [1, 2\n", 2)]
    [InlineData("a = 1 b = 2\n", 1)]
    [InlineData("a = sometimes\n", 1)]
    [InlineData("a.b = 1\na = 2\n", 2)]
    [InlineData("a = 1\n\"a\" = 2\n", 2)]
    [InlineData("a = { x = 1, x = 2 }\n", 1)]
    [InlineData("a = { x = 1 }\n[a]\ny = 2\n", 2)]
    [InlineData("[[t]]\nx = 1\n[t]\n", 3)]
    [InlineData("[[t]]\nx = 1\nx = 2\n", 3)]
    public void Invalid_toml_is_refused_with_its_line(string text, int line) =>
        Should.Throw<FormatException>(() => TomlText.Parse(text)).Message.ShouldStartWith($"line {line}:");

    /// <summary>The package overlooks these.</summary>
    [Theory]
    [InlineData("[a]\nb.c = 1\nz = 2\n[a.b]\nc = 2\n", 5)]
    [InlineData("[t]\nk1 = 1\nk2 = 2\n[t.k1]\nx = 1\n", 4)]
    public void Second_definition_after_another_key_is_refused(string text, int line) =>
        Should.Throw<FormatException>(() => TomlText.Parse(text)).Message.ShouldStartWith($"line {line}:");

    [Fact]
    public void Refusal_of_second_definition_shows_neither_value() =>
        Should.Throw<FormatException>(
            () => TomlText.Parse("[security]\npassword = \"canary\"\npassword = \"canary2\"\n"))
            .Message.ShouldBeWorded();

    [Fact]
    public void TomlText_With_changes_only_the_value_among_look_alikes()
    {
        const string Before = """"
            # tikv.toml: do not edit
            log-level = 'info'	# level = "#1"

            [server]   # [raftstore]
              addr = "0.0.0.0:20160"
            grpc-memory-pool-quota = "32G"
            labels = { zone = "a # b", host = "h]1" }   # { inline = "#" }
            [[security.cipher]] # first
            name = "x"
            [security.cipher.options]
            level = 1
            [[security.cipher]]
            name = "y"
            [security.cipher.options]
            level = 1

            [raftstore]
            #sync-log = true
            sync-log   =   true # "sync-log = true"
            "quoted.key" = [ 1, # one
                2 ]
            note = """
            sync-log = true
            [server]
            """
            """";
        var before = Before.Replace("\n", "\r\n", StringComparison.Ordinal);

        var changed = TomlText.Parse(before).With("raftstore.sync-log", "false").With("server.status-addr", "\"x\"");

        changed.Text.ShouldBe(before
            .Replace("sync-log   =   true", "sync-log   =   false", StringComparison.Ordinal)
            .Replace(
                "# { inline = \"#\" }\r\n", "# { inline = \"#\" }\r\nstatus-addr = \"x\"\r\n",
                StringComparison.Ordinal));
        changed.Find("raftstore.quoted.key").ShouldBe("[ 1, # one\r\n    2 ]");
        changed.Find("security.cipher.name").ShouldBeNull();
    }

    [Fact]
    public void TomlText_With_adds_to_last_line_without_end() =>
        TomlText.Parse("[server]\naddr = \"x\" # last").With("server.status-addr", "\"y\"").Text
            .ShouldBe("[server]\naddr = \"x\" # last\nstatus-addr = \"y\"");

    [Fact]
    public void TomlText_With_keeps_byte_order_mark() =>
        TomlText.Parse("\uFEFF[server]\naddr = \"x\"\n").With("server.addr", "\"y\"").Text
            .ShouldBe("\uFEFF[server]\naddr = \"y\"\n");

    [Fact]
    public void TomlText_With_refuses_key_of_table_array() =>
        Should.Throw<FormatException>(
            () => TomlText.Parse("[[server]]\naddr = \"x\"\n").With("server.status-addr", "\"y\""))
            .Message.ShouldContain("server");

    [Fact]
    public void Multiline_texts_and_table_arrays_are_parsed()
    {
        var toml = TomlText.Parse(
            "a = \"\"\"\n[no]\nx = \"1\" # none\n\"\"\"\n[[t]]\nx = 1\n[[t]]\nx = 2\n[u]\n\"quoted.key\" = "
            + "1979-05-27T07:32:00Z\n");

        toml.Find("no.x").ShouldBeNull();
        toml.Find("u.quoted.key").ShouldBe("1979-05-27T07:32:00Z");
    }

    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    public void Value_nested_above_limit_is_refused(char open)
    {
        var nested = string.Concat(Enumerable.Repeat(open == '[' ? "[" : "{a=", 500_000));

        Should.Throw<FormatException>(() => TomlText.Parse($"[server]\nlabels = {nested}")).Message.ShouldBeWorded();
    }

    [Fact]
    public void Many_short_lists_do_not_count_as_deep() =>
        TomlText.Parse(string.Concat(Enumerable.Range(0, 100).Select(i => $"k{i} = [[1], [2]]\n"))).Find("k99")
            .ShouldBe("[[1], [2]]");
}
