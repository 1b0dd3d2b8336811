namespace Drydock.Tests.Unit.Upgrades;

/// <summary>Which targets are one and which are not, whoever says what of himself.</summary>
public sealed class ClaimTargetTests
{
    private const string Uuid = "uuid:6f1c/rm";
    private const string Named = "addr:db1:3306/rm";

    [Theory]
    [InlineData(
        "a", Uuid, "db1:3306", "b", Uuid, "db1:3306", true, "one server, reached by one name from two namespaces")]
    [InlineData(
        "a", Uuid, "db1:3306", "a", Uuid, "10.0.0.5:3306", true, "one server, reached by two names from one namespace")]
    [InlineData(
        "a", Uuid, "db1:3306,10.0.0.5:3306", "b", Uuid, "10.0.0.5:3306", true,
        "one server, reached by two names that lead to one address")]
    [InlineData("a", Uuid, "liar:3306", "b", Uuid, "db1:3306", false, "a server that says it is another namespace's")]
    [InlineData(
        "a", Named, "10.1.0.5:3306", "b", Named, "10.2.0.5:3306", false, "two servers called alike in two namespaces")]
    [InlineData(
        "a", Named, "10.1.0.5:3306", "a", Named, "10.2.0.5:3306", false, "two servers called alike in one namespace")]
    [InlineData(
        "a", Named, "db1:3306", "b", "addr:db1-b:3306/rm", "db1:3306", true,
        "one server without an identity that calls itself otherwise meanwhile")]
    [InlineData("a", Named, "db1:3306", "a", "addr:db1:3306/cm", "db1:3306", false, "two databases of one server")]
    [InlineData(
        "a", Uuid, "db1:3306", "a", "uuid:6f1c/cm", "db1:3306", false, "two databases of one server with an identity")]
    [InlineData(
        "a", "tidb:77", "pd1:2379,pd2:2379", "b", "tidb:77", "pd2:2379,pd3:2379", true,
        "one cluster of which two specs name different members")]
    [InlineData("a", Named, "t1#c@proxy:2883", "b", Named, "t2#c@proxy:2883", false, "two tenants behind one proxy")]
    public void Claim_names_overlap_only_for_the_same_target(
        string ns,
        string identity,
        string addresses,
        string otherNs,
        string other,
        string otherAddresses,
        bool same,
        string why)
    {
        var names = new ClaimTarget(identity, addresses.Split(',')).Names(ns);
        names.Intersect(new ClaimTarget(other, otherAddresses.Split(',')).Names(otherNs), StringComparer.Ordinal).Any()
            .ShouldBe(same, why);
        names.ShouldAllBe(n => n.Length <= 63);
    }

    [Theory]
    [InlineData("DB1.Example", 3306, null, "db1.example:3306")]
    [InlineData("fe80::1", 3306, null, "[fe80::1]:3306")]
    [InlineData("proxy", 2883, "Tenant#Cluster", "tenant#cluster@proxy:2883")]
    public void Address_is_normalized(string host, int port, string? tenant, string address) =>
        ClaimTarget.AddressOf(host, port, tenant).ShouldBe(address);

    [Fact]
    public void Databases_of_one_server_are_recognized()
    {
        var (rm, cm) = (new ClaimTarget(Uuid, ["db1:3306"]), new ClaimTarget("uuid:6f1c/cm", ["db1:3306"]));
        rm.IsOnServerOf(cm, "a", "b").ShouldBeTrue();
        rm.IsOnServerOf(cm with { Addresses = ["liar:3306"] }, "a", "b").ShouldBeFalse();
        rm.IsOnServerOf(cm with { Addresses = ["10.0.0.5:3306"] }, "a", "a").ShouldBeTrue();
    }

    [Fact]
    public void Target_without_addresses_is_claimed_in_its_namespace()
    {
        var target = ClaimTarget.Of(new TargetStatus { Identity = Named }).ShouldNotBeNull();
        target.Names("a").ShouldHaveSingleItem().ShouldNotBe(target.Names("b").Single());
        ClaimTarget.Of(new TargetStatus()).ShouldBeNull();
    }
}
