namespace Drydock.Tests.Unit.Clients.Safety;

/// <summary>One host, several spellings.</summary>
public sealed class HostNamesTests
{
    [Theory]
    [InlineData("0:0:0:0:0:0:0:1", "::1")]
    [InlineData("[2001:DB8::0A]", "2001:db8::a")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("PD-1.Example", "pd-1.example")]
    [InlineData("10.1", "10.1")]
    [InlineData("a:b:not-an-address", "a:b:not-an-address")]
    public void Normalize_gives_one_spelling(string host, string expected) =>
        HostNames.Normalize(host).ShouldBe(expected);
}
