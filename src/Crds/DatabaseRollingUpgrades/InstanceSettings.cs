namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>The settings of an instance as the spec has them: its own, then those of its component, then those for
/// all.</summary>
public static class InstanceSettings
{
    /// <summary>How it is started and stopped; null if the spec does not say it.</summary>
    public static InstanceControl? ControlOf(this DatabaseRollingUpgradeSpec spec, DatabaseInstance instance) =>
        instance.Control ?? spec.ControlOf(instance.Component);

    /// <summary>How the processes of a component are started and stopped; null if the spec does not say it.</summary>
    public static InstanceControl? ControlOf(this DatabaseRollingUpgradeSpec spec, DatabaseComponent component) =>
        spec.Of(component)?.Control ?? spec.InstanceDefaults?.Control;

    /// <summary>Path of the field that has the control of an instance, or that could have it.</summary>
    public static string ControlField(this DatabaseRollingUpgradeSpec spec, DatabaseInstance instance) =>
        instance.Control is null && spec.Of(instance.Component)?.Control is not null ? "spec.processes"
        : instance.Control is null && spec.InstanceDefaults?.Control is not null
            ? "spec.instanceDefaults.control"
        : $"spec.instances[{instance.Name}].control";

    /// <summary>The directory where an instance is installed; null if the spec does not say it.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="instance">The instance.</param>
    /// <param name="port">Its service port, for {port}.</param>
    public static string? DeployDirOf(this DatabaseRollingUpgradeSpec spec, DatabaseInstance instance, int port) =>
        instance.DeployDir.Length > 0
            ? instance.DeployDir
            : (spec.Of(instance.Component)?.DeployDir ?? spec.InstanceDefaults?.DeployDir)
                ?.Replace("{port}", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private static ComponentControl? Of(this DatabaseRollingUpgradeSpec spec, DatabaseComponent component) =>
        spec.Processes.Find(c => c.Component == component);
}
