namespace Drydock.Reconcilers.Databases;

/// <summary>Brings a package to a host: archives beside its place, unpacked beside its place, renamed when whole, its
/// own program run, extensions copied. Each action reads the state first and resumes an earlier attempt.</summary>
internal sealed class HostPackage(
    HostChannel channel, DatabaseHostServices services, string? @namespace, PackageRequest request)
{
    private readonly PackageContents _contents = new(channel.Host, request);

    private string What => $"preparing {_contents.Directory}";

    public async Task<PackageReport> LookAsync(CancellationToken cancellationToken)
    {
        var sums = channel.Sums.Ask();
        var answer = await channel.LookAsync(
            new ScriptCall(
                "package-look",
                $"looking at {_contents.Directory}",
                [_contents.Directory, sums.Known, .. PackageReport.Arguments(_contents)]),
            cancellationToken);
        return new PackageReport(_contents, answer, sums);
    }

    public async Task PrepareAsync(IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var report = await CheckedAsync(cancellationToken);
        if (_contents.IsUnpacked && !report.IsThere)
        {
            try
            {
                await SendAsync(progress, cancellationToken);
                await UnpackAsync(cancellationToken);
            }
            catch (HostException) when (!cancellationToken.IsCancellationRequested)
            {
                // Where another operator has brought it meanwhile, and removed the archives under our hands, nothing is
                // wrong.
                if (!(await LookAsync(cancellationToken)).IsThere)
                {
                    throw;
                }
            }

            report = await CheckedAsync(cancellationToken);
        }

        // Also the remains of an attempt that was interrupted after the unpacking.
        if (_contents.SentArchives.Any())
        {
            await ActAsync(
                "package-forget",
                What,
                [_contents.Directory, .. _contents.SentArchives.Select(_contents.Path)],
                cancellationToken);
        }

        if (report.NeedsPostInstall)
        {
            var program = _contents.PostInstall!.Program;
            await ActAsync(
                "package-post-install", $"running {program}", [_contents.Directory, program], cancellationToken);
        }

        if (_contents.Extensions.Count > 0)
        {
            await ActAsync(
                "package-extensions",
                "copying extensions",
                [_contents.Directory, .. _contents.Extensions.SelectMany(e => new[] { e.From, e.To })],
                cancellationToken);
        }

        if ((await CheckedAsync(cancellationToken)).State() is { IsComplete: false } state)
        {
            throw Failure(
                Reasons.PackageMissing,
                $"{state.Problem} Another process or an administrator changes {_contents.Directory}. Find out which.",
                retryable: true);
        }
    }

    // These defects are permanent.
    private async Task<PackageReport> CheckedAsync(CancellationToken cancellationToken)
    {
        var report = await LookAsync(cancellationToken);
        return report.State() is { IsWrong: true } state
            ? throw Failure(
                state.Problem.Contains("SHA-256", StringComparison.Ordinal)
                    ? Reasons.PackageCorrupt
                    : Reasons.PackageMissing,
                state.Problem)
            : report;
    }

    private async Task SendAsync(IProgress<long>? progress, CancellationToken cancellationToken)
    {
        List<PackageArchive> sent = [.. _contents.SentArchives];
        var answer = await ActAsync(
            "package-begin", What, [_contents.Directory, .. sent.Select(_contents.Path)], cancellationToken);
        var sources = sent.ConvertAll(archive => new StorageArchive(channel.Host, services, archive, @namespace));
        var lengths = new List<long>();
        foreach (var source in sources)
        {
            lengths.Add(await source.LengthAsync(cancellationToken));
        }

        // Unpacking needs more space; how much is known after they have been sent.
        var missing = lengths.Zip(
            answer.All("there"), (length, there) => Math.Max(0, length - answer.Whole(there))).Sum();
        var room = answer.Room();
        if (room <= missing)
        {
            throw Failure(
                Reasons.NoSpace,
                $"{room} bytes are free beside {_contents.Directory}, and the archives need {missing} more. Free "
                + "space, then retry.");
        }

        var before = 0L;
        foreach (var (archive, source, length) in sent.Zip(sources, lengths))
        {
            var already = before;
            var part = progress is null ? null : new Behind(progress, already);
            try
            {
                await channel.UploadAsync(
                    new RemoteFile(_contents.Path(archive), length, archive.Sha256) { AsRoot = answer.RanAsRoot },
                    source.OpenAsync,
                    part,
                    cancellationToken);
            }
            catch (Exception exception) when (exception is SnapshotException or IOException)
            {
                throw source.Unusable(exception);
            }

            before += length;
        }
    }

    private Task<ScriptAnswer> UnpackAsync(CancellationToken cancellationToken) => ActAsync(
        "package-unpack",
        $"unpacking {_contents.Directory}",
        [
            _contents.Directory,
            _contents.Marker,
            .. _contents.Archives.SelectMany(
                a => new[] { "archive", _contents.Path(a), a.Sha256, $"{a.StripComponents}" }),
            .. _contents.Programs.SelectMany(p => new[] { "program", p }),
            .. _contents.Package.Files.SelectMany(f => new[] { "file", f.Path, f.Sha256 }),
        ],
        cancellationToken);

    private HostException Failure(string reason, string message, bool retryable = false) =>
        new(channel.Host, reason, $"{channel.Host}: {message}", retryable);

    private Task<ScriptAnswer> ActAsync(
        string script, string what, IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        channel.ActAsync(new ScriptCall(script, what, arguments), cancellationToken);

    // Bytes of this archive behind those of the earlier ones.
    private sealed class Behind(IProgress<long> progress, long already) : IProgress<long>
    {
        public void Report(long value) => progress.Report(already + value);
    }
}
