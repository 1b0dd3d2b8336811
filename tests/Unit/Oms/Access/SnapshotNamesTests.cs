using Drydock.Clients.MySql;

namespace Drydock.Tests.Unit.Oms;

public sealed class SnapshotNamesTests
{
    [Fact]
    public void Database_name_is_encoded_as_unique_object_name()
    {
        StorageName.Encode("oms_rm-1").ShouldBe("oms_rm-1");
        StorageName.Encode("a.b/c").ShouldBe("a%2Eb%2Fc");
        StorageName.Encode("心").ShouldBe("%E5%BF%83");
        var first = StorageName.Encode(new string('心', 64));
        var second = StorageName.Encode(new string('心', 63) + "跳");
        first.Length.ShouldBeLessThan(130);
        first.ShouldNotBe(second);
        StorageName.Checked($"x/{first}.sql.gz").ShouldNotBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("a;b")]
    [InlineData("*/ DROP")]
    public void Id_with_path_or_comment_characters_is_refused(string id) =>
        Should.Throw<SnapshotException>(() => StorageName.Check(
            new SnapshotLocation(new DirectorySnapshotStorage(new StorageRoot("/x"), ""), "p", id))).Failure
            .ShouldBe(SnapshotFailure.InvalidRequest);

    [Fact]
    public void Option_file_quotes_special_characters_and_sets_TLS_mode()
    {
        var maria = Text(MySqlTlsMode.VerifyIdentity, ToolVendor.MariaDb);
        maria.ShouldContain("password=\"a\\\"b\\\\c #d\\n'e'\"\n");
        maria.ShouldContain("ssl-verify-server-cert=1\n");
        Text(MySqlTlsMode.VerifyIdentity, ToolVendor.MySql).ShouldContain("ssl-mode=VERIFY_IDENTITY\nssl-ca=\"/ca\"\n");
        Text(MySqlTlsMode.VerifyCA, ToolVendor.MySql).ShouldContain("ssl-mode=VERIFY_CA\nssl-ca=\"/ca\"\n");
        Text(MySqlTlsMode.Disabled, ToolVendor.MariaDb).ShouldContain("skip-ssl\n");

        static string Text(MySqlTlsMode mode, ToolVendor vendor) => SecretOptionFile.Text(
            new MySqlOptions
            {
                Server = "h",
                UserID = "u",
                Password = "a\"b\\c #d\n'e'",
            },
            mode,
            "/ca",
            vendor);
    }

    [Fact]
    public void Load_lock_name_fits_server_limit_and_differs_by_database()
    {
        var name = SessionMarker.LoadLock(new string('x', 128), "db1");
        (name.Length + 20).ShouldBeLessThanOrEqualTo(64, "with the number of a session");
        SessionMarker.LoadLock(new string('x', 128), "db2").ShouldNotBe(name);
    }
}
