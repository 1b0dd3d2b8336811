namespace Drydock.Tests.Unit.Upgrades;

public sealed class SecretLimitsTests
{
    [Theory]
    [InlineData("ca.crt", 64 * 1024)]
    [InlineData("ssh-privatekey", 64 * 1024)]
    [InlineData("known_hosts", 256 * 1024)]
    public void Value_over_limit_is_refused_with_secret_key_and_limit(string key, int limit)
    {
        SecretLimits.Refusal("oms-a", key, new byte[limit]).ShouldBeNull();
        SecretLimits.Refusal("oms-a", key, new byte[limit + 1]).ShouldBeWorded();
        SecretLimits.Refusal("oms-a", key, null).ShouldBeNull();
    }

    [Fact]
    public void Size_limits_apply_only_to_used_keys()
    {
        var data = new Dictionary<string, byte[]>(
            StringComparer.Ordinal)
        { ["notes"] = new byte[500_000], ["ca.crt"] = new byte[70_000] };

        SecretLimits.Refusal("s", data, ["username", "password"]).ShouldBeNull();
        SecretLimits.Refusal("s", data, ["username", "ca.crt"]).ShouldBeWorded();
    }

    [Fact]
    public void Huge_authority_in_console_secret_is_refused_by_name()
    {
        var data = new Dictionary<string, byte[]>(
            StringComparer.Ordinal)
        {
            ["username"] = "u"u8.ToArray(),
            ["password"] = "p"u8.ToArray(),
            ["ca.crt"] = new byte[1 << 20]
        };

        Should.Throw<OmsApiException>(
            () => OmsApiCredentials.Read("console", data, new Uri("http://192.0.2.1:8089"))).Message.ShouldBeWorded();
    }
}
