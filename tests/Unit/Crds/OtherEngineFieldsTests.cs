using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Crds;

/// <summary>A field that would have no effect with the engine of the spec is refused by name.</summary>
public sealed class OtherEngineFieldsTests
{
    private static readonly DatabaseRollingUpgradeSpec TiDb = new TiDbWorld().Upgrade.Spec;
    private static readonly DatabaseRollingUpgradeSpec Yugabyte = new YugaWorld(new YugaSetup()).Spec;

    public static TheoryData<string, DatabaseRollingUpgradeSpec> OfYugabyte => new()
    {
        { "spec.toolHost", TiDb with { ToolHost = "192.0.2.1" } },
        { "spec.tls.certsDirName", TiDb with { Tls = new DatabaseServiceTls { CertsDirName = "/certs" } } },
        { "spec.tls.web", TiDb with { Tls = new DatabaseServiceTls { Web = new DatabaseWebTls { SecretRef = new SecretReference { Name = "s" } } } } },
        { "spec.package.extensions", TiDb with { Package = TiDb.Package with { Extensions = [new PackageExtension { Name = "hll" }] } } },
    };

    [Theory]
    [MemberData(nameof(OfYugabyte), DisableDiscoveryEnumeration = true)]
    public void Field_of_YugabyteDB_is_refused_for_TiDB(string field, DatabaseRollingUpgradeSpec spec)
    {
        var finding = DatabaseRollingUpgradeValidation.Validate(spec).ShouldHaveSingleItem();
        finding.Message.ShouldBe(RuleMessages.OnlyForYugabyte);
        finding.Field.ShouldBe(field);
    }

    [Fact]
    public void Unused_configuration_file_is_refused_for_YugabyteDB()
    {
        var spec = Yugabyte with { Instances = [Yugabyte.Instances[0] with { ConfigFile = "/etc/master.conf" }, .. Yugabyte.Instances.Skip(1)] };
        DatabaseRollingUpgradeValidation.Validate(spec).ShouldHaveSingleItem().Message.ShouldBe(RuleMessages.OnlyForTiDb);
    }
}
