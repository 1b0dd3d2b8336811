namespace Drydock.Lab.Oms;

/// <summary>Events of the audit and, in <see cref="Punishments"/>, the details of <see cref="Punished"/>.</summary>
public static class OmsEvents
{
    /// <summary>PID 1 of a container started; detail <c>IS_UPGRADE=…</c>.</summary>
    public const string ContainerStart = "container-start";

    /// <summary>All programs ended after SIGTERM.</summary>
    public const string ContainerStopping = "container-stopping";

    /// <summary>The container ended within the grace. The event is missing if the container was killed.</summary>
    public const string ContainerStop = "container-stop";

    /// <summary>A program other than the console started; detail is its name.</summary>
    public const string ProgramStart = "program-start";

    /// <summary>The console started; detail is the ha.config that it read, or <c>absent</c>.</summary>
    public const string ConsoleStart = "console-start";

    /// <summary>The console ended.</summary>
    public const string ConsoleStop = "console-stop";

    /// <summary>The correction JAR started; detail <c>last=true</c> or <c>last=false</c>.</summary>
    public const string JarStart = "jar-start";

    /// <summary>The correction JAR ended; detail <c>last=true rc=0</c>.</summary>
    public const string JarEnd = "jar-end";

    /// <summary>docker_init.sh started.</summary>
    public const string InitStart = "init-start";

    /// <summary>docker_init.sh ended; detail <c>rc=0 marker=true</c>.</summary>
    public const string InitEnd = "init-end";

    /// <summary>A container ended right at its start (a knob).</summary>
    public const string ContainerDied = "container-died";

    /// <summary>A mistake was made; detail is one of <see cref="Punishments"/>.</summary>
    public const string Punished = "PUNISHED";

    /// <summary>Every mistake that the stand-in punishes. README.md describes the damage of each.</summary>
    public static IReadOnlyList<string> Punishments { get; } =
    [
        "no-is-upgrade", "init-before-jar", "two-inits-at-once", "init-after-success", "jar-while-console-runs",
        "ltrue-before-last-region",
        "jar-twice-on-a-node", "two-jars", "jar-not-needed", "old-and-new-together", "mixed-versions",
        "old-on-new-schema", "database-dropped-under-oms",
    ];
}
