using System.Text;
using Drydock.Reconcilers.Oms;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Oms;

/// <summary>The Secret with the console's address, login and certificate.</summary>
public sealed class OmsApiCredentialsTests
{
    private static readonly Uri Usual = new("https://192.0.2.216:8089");
    private static readonly string Fingerprint = new('a', 64);

    [Fact]
    public void Fingerprint_and_server_name_are_taken_for_HTTPS()
    {
        var target = Read(Usual, ("fingerprint", $"sha256 Fingerprint={Fingerprint}\n"), ("serverName", "oms.example\n"));

        (target.Fingerprints.Single(), target.ServerName).ShouldBe((Fingerprint, "oms.example"));
        var plain = Read(Usual);
        (plain.Fingerprints.Count, plain.ServerName).ShouldBe((0, null));
    }

    [Theory]
    [InlineData("fingerprint", "AB:CD")]
    [InlineData("serverName", "https://oms.example")]
    public void Unusable_key_is_refused_with_its_name_and_a_remedy(string key, string value)
    {
        var refusal = Should.Throw<OmsApiException>(() => Read(Usual, (key, value)));

        refusal.Kind.ShouldBe(OmsApiErrorKind.Credentials);
        refusal.Message.ShouldContain($"key {key} of Secret console (spec.preflight.apiCredentialsSecretRef)");
    }

    [Theory]
    [InlineData("fingerprint")]
    [InlineData("serverName")]
    public void Password_is_not_sent_unencrypted_where_a_certificate_is_named(string key)
    {
        var refusal = Should.Throw<OmsApiException>(
            () => Read(Usual, ("url", "http://192.0.2.216:8090"), (key, key == "fingerprint" ? Fingerprint : "oms.example")));

        refusal.Kind.ShouldBe(OmsApiErrorKind.Credentials);
        refusal.Message.ShouldContain("http://192.0.2.216:8090/");
    }

    private static OmsApiTarget Read(Uri usual, params (string Key, string Value)[] more) => OmsApiCredentials.Read(
        "console",
        new[] { ("username", "u"), ("password", "p") }.Concat(more).ToDictionary(p => p.Item1, p => Encoding.UTF8.GetBytes(p.Item2), StringComparer.Ordinal),
        usual);
}
