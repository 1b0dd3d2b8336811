using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Crds;

/// <summary>Rules of a spec that names one node.</summary>
public sealed class HostIPRulesTests
{
    private static readonly OmsUpgradeSpec Short = new()
    {
        FromVersion = "3.2.2",
        ToVersion = "4.2.2",
        HostIP = "192.0.2.216",
        Docker = new DockerAccess { Endpoint = "unix:///run/{hostIP}.sock" },
        Backup = new BackupSpec { Storage = new StorageSpec { Directory = new DirectoryStorage { Path = "/d" } } },
    };

    [Fact]
    public void One_address_and_its_access_are_enough() => Findings(Short).ShouldBeEmpty();

    [Fact]
    public void Neither_address_nor_regions_is_refused() =>
        Findings(Short with { HostIP = null }).ShouldBe([(RuleMessages.HostOrRegions, "spec.hostIP")]);

    [Fact]
    public void Address_without_access_is_refused()
    {
        Findings(Short with { Docker = null }).ShouldBe([(RuleMessages.NodeNeedsDocker, "spec.docker")]);
        Findings(Short with
        {
            Docker = null,
            Regions = [new OmsRegion { Nodes = [new OmsNode { Name = "a", HostIP = "192.0.2.217", Docker = Short.Docker }] }],
        }).ShouldBe([(RuleMessages.NodeNeedsDocker, "spec.docker")]);
    }

    [Fact]
    public void Containers_of_one_name_are_refused()
    {
        Findings(Short with { CurrentContainer = "oms", NewContainer = "oms" }).ShouldBe([(RuleMessages.SameContainer, "spec.newContainer")]);
        Findings(Short with { CurrentContainer = "oms" }).ShouldBeEmpty();
        Findings(Short with { NewContainer = "oms" }).ShouldBeEmpty();
    }

    private static IEnumerable<(string Message, string? Field)> Findings(OmsUpgradeSpec spec) =>
        OmsUpgradeValidation.Validate(spec).Select(finding => (finding.Message, finding.Field));
}
