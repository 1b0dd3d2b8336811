namespace Drydock.Tests.Unit.Oms;

/// <summary>Names that are made because the spec gives none.</summary>
public sealed class NamesTests
{
    [Theory]
    [InlineData("192.0.2.216", "192-0-2-216")]
    [InlineData("010.0.0.1", "10-0-0-1")]
    [InlineData("2001:db8::1", "2001-db8--1")]
    [InlineData("2001:DB8:0::1", "2001-db8--1")]
    [InlineData("::1", "0--1")]
    [InlineData("2001:db8::", "2001-db8--0")]
    public void Node_name_follows_from_address(string address, string name)
    {
        NodeName.Of(address, []).ShouldBe(name);
        Regex.IsMatch(name, Patterns.Label).ShouldBeTrue();
    }

    [Fact]
    public void Node_name_that_another_node_has_is_changed() =>
        NodeName.Of("192.0.2.216", ["192-0-2-216"]).ShouldBe("192-0-2-216-found");

    [Theory]
    [InlineData("oms_322bp2", "3.2.2-bp2", "4.2.2-bp1", "oms_422bp1")]
    [InlineData("oms_322", "3.2.2-bp2", "4.2.2-bp1", "oms_422bp1")]
    [InlineData("oms_322bp1", "3.2.2-bp2", "4.2.2-bp1", "oms_422bp1")]
    [InlineData("OMS-3.2.2-BP2-prod", "3.2.2-bp2", "4.2.2-bp1", "OMS-4.2.2bp1-prod")]
    [InlineData("oms_330", "3.3.0-CE", "3.3.1-CE", "oms_331")]
    [InlineData("oms_422bp1", "4.2.2-bp1", "4.2.2-bp2", "oms_422bp2")]
    [InlineData("oms", "3.2.2", "4.2.2", "oms_422")]
    [InlineData("oms_13220", "3.2.2", "4.2.2", "oms_13220_422")]
    [InlineData("oms_422", "4.2.2-bp1", "4.2.2", "oms_422_422")]
    public void New_container_is_named_after_old_one_and_new_version(
        string current, string from, string to, string name)
    {
        NewContainerName.Of(current, OmsVersion.Parse(from), to).ShouldBe(name);
        name.ShouldNotBe(current);
    }

    [Fact]
    public void New_container_name_is_never_too_long() =>
        NewContainerName.Of(new string('o', 128), OmsVersion.Parse("3.2.2"), "4.2.2")
            .ShouldBe($"{new string('o', 124)}_422");
}
