using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Crds;

/// <summary>Swap methods that would leave libraries of another version, and links that nothing switches.</summary>
public sealed class SwapRulesTests
{
    private static readonly DatabaseRollingUpgradeSpec Yugabyte = new YugaWorld(new YugaSetup()).Spec;

    [Fact]
    public void ReplaceBinary_is_refused_for_YugabyteDB()
    {
        var own = Changed(new InstanceControl { Systemd = new SystemdControl(), Swap = SwapMethod.ReplaceBinary });

        var finding = DatabaseRollingUpgradeValidation.Validate(own).ShouldHaveSingleItem();
        (finding.Reason, finding.Message).ShouldBe((Reasons.InvalidSpec, RuleMessages.SwapOfYugabyte));
        finding.Field.ShouldBe($"spec.instances[{Yugabyte.Instances[0].Name}].control.swap");
    }

    [Fact]
    public void Link_without_SwitchLink_is_refused()
    {
        var process = new InstanceControl { Process = new ProcessControl { Command = ["{directory}/bin/yb-master"] }, Swap = SwapMethod.NewDirectory, Link = "bin" };

        DatabaseRollingUpgradeValidation.Validate(Changed(process)).ShouldHaveSingleItem().Message.ShouldBe(RuleMessages.LinkIsSwitched);
        DatabaseRollingUpgradeValidation.Validate(Changed(process with { Swap = null })).ShouldBeEmpty();
    }

    private static DatabaseRollingUpgradeSpec Changed(InstanceControl control) =>
        Yugabyte with { Instances = [Yugabyte.Instances[0] with { Control = control }, .. Yugabyte.Instances.Skip(1)] };
}
