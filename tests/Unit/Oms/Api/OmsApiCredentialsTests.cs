namespace Drydock.Tests.Unit.Oms;

/// <summary>The Secret with the console's address, login and certificate.</summary>
public sealed class OmsApiCredentialsTests
{
    private static readonly Uri Usual = new("https://192.0.2.216:8089");

    [Fact]
    public void Server_name_is_taken_for_HTTPS()
    {
        Read(Usual, ("serverName", "oms.example\n")).ServerName.ShouldBe("oms.example");
        Read(Usual).ServerName.ShouldBeNull();
    }

    [Fact]
    public void Unusable_server_name_is_refused_with_a_remedy()
    {
        var refusal = Should.Throw<OmsApiException>(() => Read(Usual, ("serverName", "https://oms.example")));

        refusal.Kind.ShouldBe(OmsApiErrorKind.Credentials);
        refusal.Message.ShouldBeWorded();
    }

    [Fact]
    public void Password_is_not_sent_unencrypted_where_a_certificate_is_named()
    {
        var refusal = Should.Throw<OmsApiException>(
            () => Read(Usual, ("url", "http://192.0.2.216:8090"), ("serverName", "oms.example")));

        refusal.Kind.ShouldBe(OmsApiErrorKind.Credentials);
        refusal.Message.ShouldContain("http://192.0.2.216:8090/");
    }

    private static OmsApiTarget Read(Uri usual, params (string Key, string Value)[] more) => OmsApiCredentials.Read(
        "console",
        new[] { ("username", "u"), ("password", "p") }.Concat(more)
            .ToDictionary(p => p.Item1, p => Encoding.UTF8.GetBytes(p.Item2), StringComparer.Ordinal),
        usual);
}
