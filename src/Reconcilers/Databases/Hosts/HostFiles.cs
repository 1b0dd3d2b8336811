namespace Drydock.Reconcilers.Databases;

internal sealed class HostFiles(HostChannel channel, DatabaseHostServices services, string? @namespace) : IHostFiles
{
    private const int LongestFile = 1 << 20;
    private static readonly ScriptCall Machine = new("machine", "reading memory and CPUs", [], Privilege.Never);
    private static readonly ScriptCall Time = new("clock", "asking for the time", [], Privilege.Never);

    // The first question may open the connection, and its answer says little then.
    private const int ClockQuestions = 2;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public string Host => channel.Host;

    public Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken) =>
        channel.RunAsync(command, cancellationToken);

    public Task<RemoteResult> AskAsync(RemoteCommand command, CancellationToken cancellationToken) =>
        channel.AskAsync(command, cancellationToken);

    public async Task<string?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var answer = await channel.LookAsync(
            new ScriptCall("read", $"reading {path}", [path, $"{LongestFile}"]), cancellationToken);
        if (answer.Says("absent"))
        {
            return null;
        }

        try
        {
            return Utf8.GetString(answer.Need("content") is { Length: > 0 } content ? answer.Bytes(content) ?? [] : []);
        }
        catch (DecoderFallbackException exception)
        {
            throw new HostException(
                Host, Reasons.ConfigurationInvalid, $"{Host}: {path} is not UTF-8 text. It was not changed.",
                retryable: false, innerException: exception);
        }
    }

    public async Task WriteAsync(
        string path, string content, string? expectedSha256, string? keepAs, CancellationToken cancellationToken)
    {
        var bytes = Utf8.GetBytes(content);
        var keep = keepAs is null or ['/', ..] ? keepAs ?? "" : $"{Path.GetDirectoryName(path)?.TrimEnd('/')}/{keepAs}";
        await channel.ActAsync(
            new ScriptCall(
                "write", $"writing {path}",
                [path, Convert.ToHexStringLower(SHA256.HashData(bytes)), expectedSha256 ?? "", keep])
            { Input = bytes },
            cancellationToken);
    }

    public async Task<IReadOnlyList<string?>> Sha256Async(
        IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var sums = channel.Sums.Ask();
        var answer = await channel.LookAsync(
            new ScriptCall("sums", "reading checksums", [sums.Known, .. paths]), cancellationToken);
        sums.Learn(answer);
        List<string?> found = [.. answer.All("file").Select(identity => sums.Of(identity, answer))];
        return found.Count == paths.Count
            ? found
            : throw answer.Unreadable($"it has {found.Count} checksums, expected {paths.Count}");
    }

    public async Task<long> FreeBytesAsync(string path, CancellationToken cancellationToken) =>
        (await channel.LookAsync(
            new ScriptCall("room", $"reading the free space at {path}", [path]), cancellationToken)).Room();

    public async Task<(long Memory, int Cpus)> MachineAsync(CancellationToken cancellationToken)
    {
        var answer = await channel.LookAsync(Machine, cancellationToken);
        return (answer.Whole(answer.Need("memory")) * 1024, (int)answer.Whole(answer.Need("cpus")));
    }

    public async Task<ClockReading> ClockAsync(CancellationToken cancellationToken)
    {
        var (best, shortest) = (TimeSpan.Zero, TimeSpan.MaxValue);
        for (var question = 0; question < ClockQuestions; question++)
        {
            var asked = services.Time.GetUtcNow();
            var began = services.Time.GetTimestamp();
            var answer = await channel.LookAsync(Time, cancellationToken);
            var took = services.Time.GetElapsedTime(began);
            if (took < shortest)
            {
                (best, shortest) = (Clock(answer) - (asked + (took / 2)), took);
            }
        }

        return new ClockReading(best, shortest / 2);
    }

    public async Task<PackageState> PackageAsync(PackageRequest request, CancellationToken cancellationToken) =>
        (await new HostPackage(channel, services, @namespace, request).LookAsync(cancellationToken)).State();

    public Task PreparePackageAsync(PackageRequest request, CancellationToken cancellationToken) =>
        new HostPackage(channel, services, @namespace, request).PrepareAsync(cancellationToken);

    // Seconds and nanoseconds since 1970.
    private static DateTimeOffset Clock(ScriptAnswer answer) =>
        answer.Need("time").Split('.') is [var seconds, { Length: 9 } nanoseconds]
        ? DateTimeOffset.FromUnixTimeSeconds(answer.Whole(seconds)).AddTicks(answer.Whole(nanoseconds) / 100)
        : throw answer.Unreadable($"'{answer.Find("time")}' is not a time");
}

/// <summary>Files and programs of one host. The worlds of the tests implement it, too.</summary>
internal interface IHostFiles
{
    string Host { get; }

    /// <summary>Runs a program to its end, whatever its exit code. No secret may be among the arguments.</summary>
    /// <exception cref="HostException">It could not be run, or its end was not seen.</exception>
    Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken);

    /// <summary>Runs a program that changes nothing and reads no input, without a command of its own where the host
    /// keeps a shell open.</summary>
    /// <exception cref="HostException">It could not be run, or its end was not seen.</exception>
    Task<RemoteResult> AskAsync(RemoteCommand command, CancellationToken cancellationToken);

    /// <summary>Reads a text file; null if there is none.</summary>
    /// <exception cref="HostException">Not readable, or longer than 1 MiB.</exception>
    Task<string?> ReadAsync(string path, CancellationToken cancellationToken);

    /// <summary>Writes a text file by rename, if the present file has the expected checksum (null: there is no file).
    /// The present file is kept once as <paramref name="keepAs"/>. A file that already has the new content is not
    /// changed.</summary>
    /// <exception cref="HostException">The present file is not the expected one, or the file cannot be
    /// written.</exception>
    Task WriteAsync(
        string path, string content, string? expectedSha256, string? keepAs, CancellationToken cancellationToken);

    /// <summary>SHA-256 of files, in the order asked; null for a file that does not exist.</summary>
    Task<IReadOnlyList<string?>> Sha256Async(IReadOnlyList<string> paths, CancellationToken cancellationToken);

    /// <summary>Free bytes of the file system a path is on, or its nearest existing parent.</summary>
    Task<long> FreeBytesAsync(string path, CancellationToken cancellationToken);

    /// <summary>Physical memory in bytes, from /proc/meminfo, and the number of CPUs.</summary>
    Task<(long Memory, int Cpus)> MachineAsync(CancellationToken cancellationToken);

    /// <summary>The host's clock minus ours, to within half the time that the question takes.</summary>
    Task<ClockReading> ClockAsync(CancellationToken cancellationToken);

    /// <summary>The host's clock minus ours, without its error.</summary>
    async Task<TimeSpan> ClockOffsetAsync(CancellationToken cancellationToken) =>
        (await ClockAsync(cancellationToken)).Offset;

    Task<PackageState> PackageAsync(PackageRequest request, CancellationToken cancellationToken);

    /// <summary>Provides the package: sends archives, checks them, unpacks them beside the directory, renames it into
    /// place, runs post_install and copies extensions. Existing parts are kept.</summary>
    /// <exception cref="HostException">No room, corrupt, or post_install failed; what is half there is named and taken
    /// up again by the next call.</exception>
    Task PreparePackageAsync(PackageRequest request, CancellationToken cancellationToken);
}

/// <summary>A host's clock compared with ours: the true offset lies between <see cref="Least"/> and
/// <see cref="Most"/>.</summary>
/// <param name="Offset">The host's clock minus ours.</param>
/// <param name="Error">How far the true offset may be from it, in either direction: half the round trip.</param>
internal sealed record ClockReading(TimeSpan Offset, TimeSpan Error)
{
    public TimeSpan Least => Offset - Error;
    public TimeSpan Most => Offset + Error;
}

/// <summary>Compares the clocks of hosts by intervals, so that a slow connection is not taken for skew. Pure.</summary>
internal static class ClockComparison
{
    /// <summary>The two hosts whose clocks differ most for certain, and by how much at least; null if no two clocks
    /// provably differ.</summary>
    public static (string Behind, string Ahead, TimeSpan AtLeast, TimeSpan Error)? Largest(
        IReadOnlyCollection<(string Host, ClockReading Clock)> readings)
    {
        if (readings.Count < 2)
        {
            return null;
        }

        var (behind, ahead) = (readings.MinBy(r => r.Clock.Most), readings.MaxBy(r => r.Clock.Least));
        var atLeast = ahead.Clock.Least - behind.Clock.Most;
        return atLeast > TimeSpan.Zero
            ? (behind.Host, ahead.Host, atLeast, ahead.Clock.Error + behind.Clock.Error)
            : null;
    }
}
