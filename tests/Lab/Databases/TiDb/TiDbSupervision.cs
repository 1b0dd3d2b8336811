namespace Drydock.Lab.Databases.TiDb;

/// <summary>The supervisor that tidb-ansible sets up (process_supervision in its inventory).</summary>
public enum TiDbSupervision
{
    /// <summary>Units with the port in their names: pd-2379.service, tikv-20160.service.</summary>
    Systemd,

    /// <summary>
    /// The same as <see cref="Systemd"/>, but PD's unit is pd.service: clusters that were deployed by 2.0 or early 2.1.
    /// </summary>
    SystemdOldPd,

    /// <summary>daemontools' supervise in every deploy directory.</summary>
    Supervise,
}
