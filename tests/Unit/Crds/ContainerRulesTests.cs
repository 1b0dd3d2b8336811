using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Crds;

/// <summary>What the parts of spec.container must not say together, on a server without CEL as well.</summary>
public sealed class ContainerRulesTests
{
    private static readonly Dictionary<string, (string Message, string Field, ContainerSpec Broken, ContainerSpec Near)> Cases = new(StringComparer.Ordinal)
    {
        ["a variable without a value"] = (RuleMessages.OneValue, "env[A]", Env("A", null), Env("A", "")),
        ["a variable of the operator"] = (RuleMessages.OwnVariables, "env[OMS_HOST_IP]", Env("OMS_HOST_IP", "x"), Env("OMS_HOST_IP_2", "x")),
        ["a soft limit above the hard one"] = (RuleMessages.SoftLimit, "ulimits[core]", Limit("core", 2, 1), Limit("core", 1, 1)),
        ["no soft limit below a hard one"] = (RuleMessages.SoftLimit, "ulimits[core]", Limit("core", -1, 1), Limit("core", -1, -1)),
        ["too few processes"] = (RuleMessages.ProcessLimit, "ulimits[nproc]", Limit("nproc", 65534, null), Limit("nproc", 65535, null)),
        ["a host without an address"] = (RuleMessages.HostAddress, "extraHosts", new() { ExtraHosts = ["metadb:1.2.3.4.5"] }, new() { ExtraHosts = ["metadb:192.0.2.1", "metadb:2001:db8::1", "gateway:host-gateway"] }),
        ["a mount of OMS"] = (RuleMessages.OmsBinds, "binds", new() { Binds = ["/x:/home/ds/store:rw"] }, new() { Binds = ["/x:/home/ds/stores"] }),
        ["a certificate"] = (RuleMessages.OmsBinds, "binds", new() { Binds = ["/x:/etc/pki/nginx/oms_server.key"] }, new() { Binds = ["/x:/etc/pki/nginx/other.key"] }),
        ["one place twice"] = (RuleMessages.SamePlace, "binds", new() { Binds = ["/a:/x", "/b:/x/:ro"] }, new() { Binds = ["/a:/x", "/b:/x/y"] }),
        ["a label of the operator"] = (RuleMessages.OwnLabels, "labels", new() { Labels = ["drydock.dev/upgrade=x"] }, new() { Labels = ["drydock.development=x"] }),
        ["one label twice"] = (RuleMessages.NamedTwice, "labels", new() { Labels = ["a=1", "a"] }, new() { Labels = ["a=1", "b=1"] }),
        ["one option twice"] = (RuleMessages.NamedTwice, "logConfig.options", Log("max-size=1m", "max-size=2m"), Log("max-size=1m", "max-file=2")),
        ["a grace as long as the timeout"] = (RuleMessages.GraceInTime, "stopGrace", new() { StopGrace = "600s" }, new() { StopGrace = "599s" }),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Contradiction_is_refused_for_all_nodes_and_for_one(string name)
    {
        var (message, field, broken, near) = Cases[name];

        Findings(broken, null).ShouldBe([(message, $"spec.container.{field}")]);
        Findings(null, broken).ShouldBe([(message, $"spec.regions[default].nodes[oms-a].container.{field}")]);
        Findings(near, near).ShouldBeEmpty();
    }

    private static IEnumerable<(string, string?)> Findings(ContainerSpec? all, ContainerSpec? one)
    {
        var spec = new OmsWorld().Spec();
        var (region, node) = (spec.Regions[0], spec.Regions[0].Nodes[0]);
        return OmsUpgradeValidation.Validate(spec with
        {
            Container = all ?? new ContainerSpec(),
            Regions = [region with { Nodes = [node with { Container = one }, .. region.Nodes.Skip(1)] }],
        }).Select(finding => (finding.Message, finding.Field));
    }

    private static ContainerSpec Env(string name, string? value) => new() { Env = [new EnvironmentVariable { Name = name, Value = value }] };

    private static ContainerSpec Limit(string name, long soft, long? hard) => new() { Ulimits = [new UlimitSpec { Name = name, Soft = soft, Hard = hard }] };

    private static ContainerSpec Log(params string[] options) => new() { LogConfig = new LogConfigSpec { Driver = "json-file", Options = [.. options] } };
}
