using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>The rules of swap and link in the controls of a spec, in code.</summary>
internal static class SwapRules
{
    /// <summary>What contradicts itself, or does not fit the engine.</summary>
    public static IEnumerable<Finding> Check(DatabaseRollingUpgradeSpec spec)
    {
        foreach (var (field, control) in Controls(spec))
        {
            if (spec.Engine == DatabaseEngine.YugabyteDB && control.Swap == SwapMethod.ReplaceBinary)
            {
                yield return StorageRules.Refusal(RuleMessages.SwapOfYugabyte, $"{field}.swap");
            }

            if (control is { Link: not null, Swap: not (null or SwapMethod.SwitchLink) })
            {
                yield return StorageRules.Refusal(RuleMessages.LinkIsSwitched, $"{field}.link");
            }
        }

        foreach (var service in (spec.Tidb?.Monitoring ?? []).Where(m => m.Control.Link is not null))
        {
            yield return StorageRules.Refusal(
                RuleMessages.SwapOfService, $"spec.tidb.monitoring[{service.Name}].control.link");
        }
    }

    private static IEnumerable<(string Field, InstanceControl Control)> Controls(DatabaseRollingUpgradeSpec spec) =>
        spec.Control.Where(c => c.Control is not null)
            .Select(c => ($"spec.control[{c.Component}].control", c.Control!))
            .Concat(spec.Defaults?.Control is { } all ? [("spec.defaults.control", all)] : [])
            .Concat(
                spec.Instances.Where(i => i.Control is not null)
                    .Select(i => ($"spec.instances[{i.Name}].control", i.Control!)))
            .Concat((spec.Tidb?.Monitoring ?? []).Select(m => ($"spec.tidb.monitoring[{m.Name}].control", m.Control)));
}
