namespace Drydock.Reconcilers.Databases;

internal sealed class HostFiles(HostChannel channel, DatabaseHostServices services, string? @namespace) : IHostFiles
{
    private const int LongestFile = 1 << 20;

    // The first question may open the connection, and its answer says little then.
    private const int ClockQuestions = 2;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public string Host => channel.Host;

    public Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken) =>
        channel.RunAsync(command, cancellationToken);

    public async Task<string?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var answer = await channel.LookAsync(
            "read", $"reading {path}", Privilege.WhenNeeded, [path, Text(LongestFile)], cancellationToken);
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
                Host,
                Reasons.ConfigurationInvalid,
                $"{Host}: {path} is not UTF-8 text. It was not changed.",
                retryable: false,
                innerException: exception);
        }
    }

    public async Task WriteAsync(
        string path, string content, string? expectedSha256, string? keepAs, CancellationToken cancellationToken)
    {
        var bytes = Utf8.GetBytes(content);
        var keep = keepAs is null or ['/', ..] ? keepAs ?? "" : $"{Path.GetDirectoryName(path)?.TrimEnd('/')}/{keepAs}";
        await channel.ActAsync(
            "write", $"writing {path}", Privilege.WhenNeeded, [
                path, Convert.ToHexStringLower(SHA256.HashData(bytes)), expectedSha256 ?? "", keep,
            ], bytes, cancellationToken);
    }

    public async Task<IReadOnlyList<string?>> Sha256Async(
        IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var sums = channel.Sums.Ask();
        var answer = await channel.LookAsync(
            "sums", "reading checksums", Privilege.WhenNeeded, [sums.Known, .. paths], cancellationToken);
        sums.Learn(answer);
        List<string?> found = [.. answer.All("file").Select(identity => sums.Of(identity, answer))];
        return found.Count == paths.Count
            ? found
            : throw answer.Unreadable($"it has {found.Count} checksums, expected {paths.Count}");
    }

    public async Task<long> FreeBytesAsync(string path, CancellationToken cancellationToken) =>
        Room(
            await channel.LookAsync(
                "room", $"reading the free space at {path}", Privilege.WhenNeeded, [path], cancellationToken));

    public async Task<long> MemoryBytesAsync(CancellationToken cancellationToken)
    {
        var answer = await channel.LookAsync(
            "machine", "reading memory and CPUs", Privilege.Never, [], cancellationToken);
        return Number(answer, answer.Need("memory")) * 1024;
    }

    public async Task<int> CpusAsync(CancellationToken cancellationToken)
    {
        var answer = await channel.LookAsync(
            "machine", "reading memory and CPUs", Privilege.Never, [], cancellationToken);
        return (int)Number(answer, answer.Need("cpus"));
    }

    public async Task<ClockReading> ClockAsync(CancellationToken cancellationToken)
    {
        var (best, shortest) = (TimeSpan.Zero, TimeSpan.MaxValue);
        for (var question = 0; question < ClockQuestions; question++)
        {
            var asked = services.Time.GetUtcNow();
            var began = services.Time.GetTimestamp();
            var answer = await channel.LookAsync(
                "clock", "asking for the time", Privilege.Never, [], cancellationToken);
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

    public Task PreparePackageAsync(
        PackageRequest request, IProgress<long>? progress, CancellationToken cancellationToken) =>
        new HostPackage(channel, services, @namespace, request).PrepareAsync(progress, cancellationToken);

    /// <summary>Free bytes an answer says.</summary>
    internal static long Room(ScriptAnswer answer) => answer.Need("room").Split(' ') is [var blocks, var size]
        ? Number(answer, blocks) * Number(answer, size)
        : throw answer.Unreadable($"'room {answer.Find("room")}' is not a size");

    internal static long Number(ScriptAnswer answer, string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw answer.Unreadable($"'{text}' is not a number");

    // Seconds and nanoseconds since 1970.
    private static DateTimeOffset Clock(ScriptAnswer answer) =>
        answer.Need("time").Split('.') is [var seconds, { Length: 9 } nanoseconds]
        ? DateTimeOffset.FromUnixTimeSeconds(Number(answer, seconds)).AddTicks(Number(answer, nanoseconds) / 100)
        : throw answer.Unreadable($"'{answer.Find("time")}' is not a time");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
