namespace Drydock.Lab.Oms;

/// <summary>A fault of a program, docker_init.sh or the JAR.</summary>
/// <param name="Mode">Programs: <c>fatal</c>, <c>backoff</c>, <c>starting</c> (without end), <c>exited</c>.
/// docker_init.sh: <c>no-marker</c> (rc 0), <c>rc0-failed</c>, <c>rc1-with-marker</c>, <c>hang</c>, <c>fail</c>,
/// <c>half-migrated</c>. JAR: <c>fail</c> (with <paramref name="ExitCode"/>), <c>hang</c>, <c>errors</c> (rc 0),
/// <c>unopened</c> (java cannot open it). Boot of a container: <c>die</c>.</param>
/// <param name="Times">Only the first runs up to this number on each host; 0 for all.</param>
/// <param name="ExitCode">The exit code of a failing JAR or boot.</param>
/// <param name="Version">Only in containers of this version (<c>4.2.2</c>); null for any version.</param>
public sealed record OmsFault(string Mode, int Times = 0, int? ExitCode = null, string? Version = null);
