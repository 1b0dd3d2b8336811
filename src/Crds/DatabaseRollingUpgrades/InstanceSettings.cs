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
        spec.Control.Find(c => c.Component == component)?.Control ?? spec.Defaults?.Control;

    /// <summary>Path of the field that has the control of an instance, or that could have it.</summary>
    public static string ControlField(this DatabaseRollingUpgradeSpec spec, DatabaseInstance instance) =>
        instance.Control is null && spec.Control.Exists(c => c.Component == instance.Component && c.Control is not null)
            ? "spec.control"
        : instance.Control is null && spec.Defaults?.Control is not null
            ? "spec.defaults.control"
        : $"spec.instances[{instance.Name}].control";

    /// <summary>The directory where an instance is installed; null if the spec does not say it.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="instance">The instance.</param>
    /// <param name="port">Its service port, for {port}.</param>
    public static string? DeployDirOf(this DatabaseRollingUpgradeSpec spec, DatabaseInstance instance, int port) =>
        instance.DeployDir.Length > 0
            ? instance.DeployDir
            : (spec.Control.Find(c => c.Component == instance.Component)?.DeployDir ?? spec.Defaults?.DeployDir)
                ?.Replace("{port}", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
