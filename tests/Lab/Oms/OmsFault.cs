namespace Drydock.Lab.Oms;

/// <summary>How a program, docker_init.sh or the JAR misbehaves.</summary>
/// <param name="Mode">
/// Programs: <c>fatal</c>, <c>backoff</c>, <c>starting</c> (for ever), <c>exited</c>.
/// docker_init.sh: <c>no-marker</c> (rc 0), <c>rc0-failed</c>, <c>rc1-with-marker</c>, <c>hang</c>, <c>fail</c>.
/// JAR: <c>fail</c> (with <paramref name="ExitCode"/>), <c>hang</c>. Boot of a container: <c>die</c>.
/// </param>
/// <param name="Times">Only the first so many runs on each host; 0 is always.</param>
/// <param name="ExitCode">The exit code of a failing JAR or boot.</param>
/// <param name="Version">Only in containers of this version (<c>4.2.2</c>); null is any.</param>
public sealed record OmsFault(string Mode, int Times = 0, int? ExitCode = null, string? Version = null);
