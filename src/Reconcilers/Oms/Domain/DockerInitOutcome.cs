namespace Drydock.Reconcilers.Oms;

/// <summary>How a run of docker_init.sh ended.</summary>
internal enum DockerInitOutcome
{
    /// <summary>No success marker: it failed, whatever the exit code says.</summary>
    Failed,

    /// <summary>The marker and exit code 0.</summary>
    Success,

    /// <summary>The marker, but an exit code other than 0: done; the verification that follows decides.</summary>
    SuccessWithWarning,
}
