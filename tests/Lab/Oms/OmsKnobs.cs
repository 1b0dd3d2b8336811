namespace Drydock.Lab.Oms;

/// <summary>
/// Behaviour of the stand-in. An unset knob is the well-behaved default, and every duration is then 0. The stand-in
/// reads the knobs when it needs them, from a file on the run mount that no product code knows.
/// </summary>
public sealed record OmsKnobs
{
    /// <summary>From container start until supervisord answers, in seconds.</summary>
    public double? BootSeconds { get; init; }

    /// <summary>
    /// From SIGTERM until the container ends, in seconds. If this exceeds the grace, the container is killed.
    /// </summary>
    public double? StopSeconds { get; init; }

    /// <summary>From the start of the console (it reads ha.config at once) until it serves, in seconds.</summary>
    public double? ConsoleStartSeconds { get; init; }

    /// <summary>Duration of the console's stop, in seconds; the console counts as running until then.</summary>
    public double? ConsoleStopSeconds { get; init; }

    /// <summary>Duration of one run of the correction JAR, in seconds.</summary>
    public double? JarSeconds { get; init; }

    /// <summary>Duration of docker_init.sh, in seconds, spent in its fourth step.</summary>
    public double? InitSeconds { get; init; }

    /// <summary>
    /// From the start of a console with HA on until it creates new stores and starts the writers, in seconds.
    /// </summary>
    public double? StoreRecoverySeconds { get; init; }

    /// <summary>supervisord's startsecs of every program (10 in a real OMS); read when a container boots.</summary>
    public int? StartSecs { get; init; }

    /// <summary>
    /// Age of a heartbeat, in seconds, from which CM marks a host OFFLINE; 540 by default, as checkHostDownIntervalSec.
    /// </summary>
    public int? OfflineAfterSeconds { get; init; }

    /// <summary>Faults by program name. Their supervisord settings are written when a container boots.</summary>
    public IReadOnlyDictionary<string, OmsFault>? Programs { get; init; }

    /// <summary>Duration of every supervisorctl, in seconds.</summary>
    public double? SupervisorctlSeconds { get; init; }

    /// <summary>The console's API.</summary>
    public OmsApiKnobs? Api { get; init; }

    /// <summary>Fault of a container's start: <c>die</c>.</summary>
    public OmsFault? Boot { get; init; }

    /// <summary>The last line of a successful docker_init.sh, where it is not the usual one.</summary>
    public string? InitMarker { get; init; }

    /// <summary>Fault of docker_init.sh.</summary>
    public OmsFault? Init { get; init; }

    /// <summary>
    /// Where the first start of an Enterprise container from 4.0.1 on puts the correction JAR; null: nowhere.
    /// </summary>
    public string? JarAtStart { get; init; }

    /// <summary>Fault of the correction JAR.</summary>
    public OmsFault? Jar { get; init; }

    /// <summary><c>live</c>, <c>none</c>, or <c>stale</c> (an hour old, with the host still ONLINE).</summary>
    public string? Heartbeat { get; init; }

    /// <summary>False: CM never marks this host ONLINE, even with a fresh heartbeat.</summary>
    public bool? HostOnline { get; init; }

    /// <summary>Pause between two heartbeats, in seconds; 1 by default.</summary>
    public double? HeartbeatSeconds { get; init; }

    /// <summary>
    /// How far in the past a heartbeat is written, in seconds; negative: in the future. As by an agent in another time
    /// zone: CM allows for it.
    /// </summary>
    public int? HeartbeatOffsetSeconds { get; init; }

    /// <summary>
    /// <c>real</c>, <c>unhealthy</c> (healthy: false), <c>error</c> (HTTP 500), <c>404</c>, <c>302</c> (to the login),
    /// <c>html</c> (the console's page with 200), or <c>closed</c>: nginx does not listen, read when it starts.
    /// </summary>
    public string? Health { get; init; }

    /// <summary>Only containers of this version (<c>4.2.2</c>) have <see cref="Health"/>; null for any
    /// version.</summary>
    public string? HealthVersion { get; init; }

    /// <summary>
    /// Programs that supervisord does not have, as <c>sshd</c>, or <c>sshd@4.2.2</c> for one version; read when a
    /// container boots.
    /// </summary>
    public IReadOnlyList<string>? AbsentPrograms { get; init; }

    /// <summary>Punishments that are recorded only (event <c>forgiven</c>).</summary>
    public IReadOnlyList<string>? Forgive { get; init; }
}
