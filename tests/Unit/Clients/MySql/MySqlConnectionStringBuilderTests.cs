using Drydock.Clients.MySql;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Clients.MySql;

public sealed class MySqlConnectionStringBuilderTests
{
    [Fact]
    public void Aliases_of_a_key_are_the_same_key()
    {
        var options = new MySqlConnectionStringBuilder(
            "host=h;uid=u;pwd=\"p;x\";initial catalog=d;port=3307;sslmode=verifyfull;SslCa=/ca");
        options.Server.ShouldBe("h");
        options.UserID.ShouldBe("u");
        options.Password.ShouldBe("p;x");
        options.Database.ShouldBe("d");
        options.Port.ShouldBe(3307u);
        options.SslMode.ShouldBe(MySqlSslMode.VerifyFull);
        options.SslCa.ShouldBe("/ca");
        new MySqlConnectionStringBuilder(options.ConnectionString).Password.ShouldBe("p;x");
        new MySqlConnectionStringBuilder(options) { Password = "other" }.Server.ShouldBe("h");
        options.Password.ShouldBe("p;x");
    }

    [Theory]
    [InlineData("nonsense=1", "nonsense")]
    [InlineData("port=-1", "Port")]
    [InlineData("ssl mode=Preferred", "Preferred")]
    [InlineData("allow user variables=maybe", "maybe")]
    public void What_is_not_understood_is_refused_by_name(string text, string named)
    {
        Should.Throw<ArgumentException>(() =>
        {
            var options = new MySqlConnectionStringBuilder(text);
            _ = options.Port;
            _ = options.SslMode;
            _ = options.AllowUserVariables;
        }).Message.ShouldContain(named);
    }

    [Fact]
    public void Descriptions_and_connection_strings_shown_hold_no_password()
    {
        var options = new MySqlConnectionStringBuilder { Server = "h", UserID = "u", Password = "canary" };
        options.Describe().ShouldBe("u@h:3306");
        using var connection = new MySqlConnection(options);
        connection.ConnectionString.ShouldNotContain("canary");
        connection.DataSource.ShouldBe("h:3306");
        new MySqlConnectionStringBuilder { UnixSocket = "/s", UserID = "u" }.Describe().ShouldBe("u@/s");
    }

    [Fact]
    public void Names_are_quoted_and_impossible_ones_refused()
    {
        MySqlIdentifier.Quote("a`b").ShouldBe("`a``b`");
        Should.Throw<ArgumentException>(() => MySqlIdentifier.Quote(""));
        Should.Throw<ArgumentException>(() => MySqlIdentifier.Quote(new string('x', 65)));
    }

    [Theory]
    [InlineData("10.11.19-MariaDB-0+deb12u1", "Debian 12", MySqlServerKind.MariaDb)]
    [InlineData("8.0.36", "MySQL Community Server - GPL", MySqlServerKind.MySql)]
    [InlineData("5.7.25-OceanBase-v4.2.1.0", "OceanBase 4.2.1.0 (r1)", MySqlServerKind.OceanBase)]
    [InlineData("5.7.25", "OceanBase_CE 4.2.1.0", MySqlServerKind.OceanBase)]
    public void The_kind_of_server_is_told_by_version_and_comment(
        string version, string comment, MySqlServerKind kind) =>
        Drydock.Clients.MySql.Transport.SessionOpening.KindOf(version, comment).ShouldBe(kind);

    [Fact]
    public void Server_key_is_uuid_or_reported_host_and_port()
    {
        new MySqlServerIdentity(MySqlServerKind.MySql, "8", "abc", "Host", 3306).Key.ShouldBe("abc");
        new MySqlServerIdentity(MySqlServerKind.MariaDb, "10", null, "Host", 3306).Key.ShouldBe("host:3306");
    }
}
