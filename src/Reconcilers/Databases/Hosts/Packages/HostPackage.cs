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
                "package-look", $"looking at {_contents.Directory}",
                [_contents.Directory, sums.Known, .. PackageReport.Arguments(_contents)]),
            cancellationToken);
        return new PackageReport(_contents, answer, sums);
    }

    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var report = await CheckedAsync(cancellationToken);
        if (_contents.IsUnpacked && !report.IsThere)
        {
            try
            {
                await SendAsync(cancellationToken);
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
                "package-forget", What,
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
                "package-extensions", "copying extensions",
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

    private async Task SendAsync(CancellationToken cancellationToken)
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

        foreach (var (archive, source, length) in sent.Zip(sources, lengths))
        {
            try
            {
                await channel.UploadAsync(
                    new RemoteFile(_contents.Path(archive), length, archive.Sha256) { AsRoot = answer.RanAsRoot },
                    source.OpenAsync, cancellationToken);
            }
            catch (Exception exception) when (exception is SnapshotException or IOException)
            {
                throw source.Unusable(exception);
            }
        }
    }

    private Task<ScriptAnswer> UnpackAsync(CancellationToken cancellationToken) => ActAsync(
        "package-unpack", $"unpacking {_contents.Directory}",
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
}

/// <summary>The parts of a package that one host needs.</summary>
internal sealed class PackageContents
{
    public PackageContents(string host, PackageRequest request)
    {
        Package = request.Package;
        PostInstall = request.PostInstall
            ?? (request.Package is { Archives.Count: > 0, PostInstall: { Length: > 0 } program }
                ? new PostInstall(program, Mark: null, IsOptional: false)
                : null);
        Programs = [.. request.Programs.Distinct(StringComparer.Ordinal)];
        Archives =
        [
            .. Package.Archives.Where(a => a.Components.Count == 0 || a.Components.Exists(request.Components.Contains)),
        ];
        Extensions = request.Components.Contains(DatabaseComponent.Tserver)
            ? [.. Package.Extensions.SelectMany(e => e.Files)]
            : [];
        if (Extensions.Select(e => e.To).Concat(Package.Files.Select(f => f.Path)).FirstOrDefault(
            path => path.Split('/').Contains("..")) is { } outside)
        {
            throw HostException.OfSpec(
                host, "spec.package", $"spec.package: {outside} leads out of {Directory}; give a path below it");
        }
    }

    public PackageSpec Package { get; }
    public string Directory => Package.Directory.TrimEnd('/');
    public IReadOnlyList<string> Programs { get; }
    public IReadOnlyList<PackageArchive> Archives { get; }
    public IReadOnlyList<ExtensionFile> Extensions { get; }
    public IEnumerable<PackageArchive> HostArchives => Archives.Where(a => a.HostPath is not null);
    public IEnumerable<PackageArchive> SentArchives => Archives.Where(a => a.HostPath is null);
    public bool IsUnpacked => Archives.Count > 0;
    public bool MustHaveAllFiles => Archives.Count == Package.Archives.Count;

    /// <summary>The package's own program that must have run; null if there is none.</summary>
    public PostInstall? PostInstall { get; }

    /// <summary>What the file .drydock-package of an unpacked package says: it is written as the last one, before the
    /// directory gets its name. Another text in it means another package.</summary>
    public string Marker => string.Join('\n', ["drydock-package 1", .. Lines(Archives), "end"]);

    public string Path(PackageArchive archive) => archive.HostPath ?? $"{Directory}.drydock-archive-{archive.Name}";

    /// <summary>Whether a marker says that every archive of this host is in the directory. There may be more, for other
    /// components.</summary>
    public bool IsMarked(string marker)
    {
        var said = marker.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return said is ["drydock-package 1", .., "end"] && Lines(Archives).All(said.Contains);
    }

    private static IEnumerable<string> Lines(IEnumerable<PackageArchive> archives) =>
        archives.Select(a => $"archive {a.Name} {a.Sha256} {a.StripComponents}").Order(StringComparer.Ordinal);
}

/// <summary>The package as one host needs it.</summary>
internal sealed record PackageRequest
{
    public required PackageSpec Package { get; init; }
    public required IReadOnlyList<DatabaseComponent> Components { get; init; }

    /// <summary>Programs that must exist below bin: tikv-server, tikv-ctl.</summary>
    public required IReadOnlyList<string> Programs { get; init; }

    /// <summary>The package's own program that must have run, also in a directory that an administrator unpacked; null
    /// for the one of the spec, and that only after the operator has unpacked the package.</summary>
    public PostInstall? PostInstall { get; init; }
}

/// <summary>The package's own program that runs once after unpacking.</summary>
/// <param name="Mark">The file below the package by which the program itself says that it has run; null if it leaves
/// none.</param>
/// <param name="IsOptional">Whether a package without this program is complete too.</param>
internal sealed record PostInstall(string Program, string? Mark, bool IsOptional);

/// <summary>The state of a package on a host.</summary>
internal sealed record PackageState
{
    public required bool IsComplete { get; init; }
    public required string Problem { get; init; }

    /// <summary>True when another attempt cannot mend it: a wrong checksum, a missing file of a package that is on the
    /// hosts already.</summary>
    public bool IsWrong { get; init; }

    /// <summary>SHA-256 of those requested programs that exist.</summary>
    public IReadOnlyDictionary<string, string> Programs { get; init; } = new Dictionary<string, string>(
        StringComparer.Ordinal);
}

/// <summary>Hosts as PreparePackage takes them: one by one, or in groups where there are so many that the plan would
/// not hold a step for each.</summary>
internal static class HostGroups
{
    /// <summary>Most steps for the package: 300 instances have 900 steps of their own, and a plan holds 1000.</summary>
    public const int Most = 60;

    public static IReadOnlyList<(string Name, IReadOnlyList<string> Hosts)> Of(IReadOnlyList<string> hosts) =>
        hosts.Count <= Most
            ? [.. hosts.Select(h => (h, (IReadOnlyList<string>)[h]))]
            :
            [
                .. hosts.Chunk((hosts.Count + Most - 1) / Most).Select(
                    (group, i) => ($"hosts-{i + 1}", (IReadOnlyList<string>)group)),
            ];
}

/// <summary>A package as observed on a host.</summary>
internal sealed class PackageReport(PackageContents contents, ScriptAnswer answer, ProgramSums.Question sums)
{
    /// <summary>Whether the package's directory is not empty.</summary>
    public bool IsThere => answer.Need("directory") switch
    {
        "yes" => true,
        "no" => false,
        var other => throw answer.Unreadable($"'directory {other}' is neither yes nor no"),
    };

    public bool NeedsPostInstall => contents.PostInstall is { } program
        && answer.Find("post-install") != "done"
        && !(program.IsOptional && answer.Find("post-install-program") == "no");

    private IEnumerable<(string From, string To)> Extensions => answer.All("from").Zip(answer.All("to"));

    public static IEnumerable<string> Arguments(PackageContents contents) =>
    [
        .. contents.PostInstall is { } post ? ["post-install", post.Program] : Array.Empty<string>(),
        .. contents.PostInstall is { Mark: { } mark } ? ["mark", mark] : Array.Empty<string>(),
        .. contents.Programs.SelectMany(p => new[] { "program", p }),
        .. contents.Package.Files.SelectMany(f => new[] { "file", f.Path }),
        .. contents.HostArchives.SelectMany(a => new[] { "archive", a.HostPath! }),
        .. contents.SentArchives.SelectMany(a => new[] { "sent", contents.Path(a) }),
        .. contents.Extensions.SelectMany(e => new[] { "extension", e.From, e.To }),
    ];

    /// <exception cref="HostException">It does not tell of every file that was asked for.</exception>
    public PackageState State()
    {
        sums.Learn(answer);
        if (answer.All("program").Count() != contents.Programs.Count
            || answer.All("file").Count() != contents.Package.Files.Count
            || Extensions.Count() != contents.Extensions.Count
            || answer.All("archive").Count() != contents.HostArchives.Count()
            || answer.All("sent").Count() != contents.SentArchives.Count())
        {
            throw answer.Unreadable("it is not of the files that were asked for");
        }

        var programs = contents.Programs.Zip(answer.All("program"))
            .Where(p => p.Second is not ("-" or "!"))
            .ToDictionary(p => p.First, p => sums.Of(p.Second, answer)!, StringComparer.Ordinal);
        var wrong = Wrong().ToList();
        var problems = wrong.Count > 0 ? wrong : [.. Missing()];
        return new PackageState
        {
            IsComplete = problems.Count == 0,
            IsWrong = wrong.Count > 0,
            Problem = string.Join(' ', problems.Select(Sentences.Close)),
            Programs = programs,
        };
    }

    // Defects that another attempt cannot repair.
    private IEnumerable<string> Wrong() =>
        IsThere
            ? WrongInside()
            : contents.IsUnpacked
            ? WrongArchives()
            : [$"{contents.Directory} does not exist. Copy the package there, or set spec.package.archives"];

    private IEnumerable<string> WrongArchives()
    {
        foreach (var (archive, identity) in contents.HostArchives.Zip(answer.All("archive")))
        {
            var sha256 = sums.Of(identity, answer);
            if (sha256 != archive.Sha256)
            {
                yield return sha256 is null
                    ? $"{archive.HostPath} does not exist. Copy the archive there"
                    : $"{archive.HostPath} has SHA-256 {sha256}, expected {archive.Sha256}. "
                        + "Copy it again, or correct the checksum";
            }
        }
    }

    private IEnumerable<string> WrongInside()
    {
        var (directory, marker) = (contents.Directory, answer.Text(answer.Find("marker")));
        if (contents.IsUnpacked && (marker is null || !contents.IsMarked(marker)))
        {
            yield return marker is null
                ? $"{directory} exists and was not unpacked from spec.package.archives. "
                    + "Remove it, or remove the archives from the spec if it is the new version"
                : $"{directory} was unpacked from other archives. Remove it, or choose another directory";
        }

        foreach (var (program, identity) in contents.Programs.Zip(answer.All("program")))
        {
            if (identity is "-" or "!")
            {
                yield return identity == "-"
                    ? $"{directory}/bin/{program} does not exist"
                    : $"{directory}/bin/{program} is not executable";
            }
        }

        foreach (var (file, identity) in contents.Package.Files.Zip(answer.All("file")))
        {
            var sha256 = sums.Of(identity, answer);
            if (sha256 is null ? contents.MustHaveAllFiles : sha256 != file.Sha256)
            {
                yield return sha256 is null
                    ? $"{directory}/{file.Path} does not exist"
                    : $"{directory}/{file.Path} has SHA-256 {sha256}, expected {file.Sha256}";
            }
        }

        foreach (var (file, (from, to)) in contents.Extensions.Zip(Extensions))
        {
            if (from == "-" && to == "-")
            {
                yield return $"{file.From} does not exist. Install the extension, or correct spec.package.extensions";
            }
            else if (from != "-" && to != "-" && sums.Of(from, answer) != sums.Of(to, answer))
            {
                yield return $"{directory}/{file.To} already exists and is not {file.From}. "
                    + "Correct spec.package.extensions";
            }
        }
    }

    // Parts that the next attempt provides.
    private IEnumerable<string> Missing()
    {
        if (!IsThere)
        {
            yield return $"{contents.Directory} is not unpacked yet";
            yield break;
        }

        if (answer.All("sent").Contains("yes", StringComparer.Ordinal))
        {
            yield return $"The archives beside {contents.Directory} are not removed yet";
        }

        if (NeedsPostInstall)
        {
            yield return $"{contents.PostInstall!.Program} has not been run yet";
        }

        foreach (var (file, (_, to)) in contents.Extensions.Zip(Extensions))
        {
            if (to == "-")
            {
                yield return $"{file.To} is not copied yet";
            }
        }
    }
}

/// <summary>An archive in a storage, to be sent to a host.</summary>
internal sealed class StorageArchive(
    string host, DatabaseHostServices services, PackageArchive archive, string? @namespace)
{
    private readonly string _where = $"{services.Storages.Describe(archive.Storage!, @namespace)}, {archive.Path}";

    /// <summary>Its length in bytes.</summary>
    /// <exception cref="HostException">The archive does not exist, or the storage cannot be read.</exception>
    public Task<long> LengthAsync(CancellationToken cancellationToken) => ReadAsync(
        async () =>
            await (await StorageAsync(cancellationToken)).StatAsync(archive.Path!, cancellationToken) is { } stored
            ? stored.Bytes
            : throw Missing());

    /// <summary>Opens it from an offset on, after it was read to its end and its checksum was found right.</summary>
    /// <exception cref="HostException">The archive does not exist or is another one, or the storage cannot be
    /// read.</exception>
    public Task<Stream> OpenAsync(long offset, CancellationToken cancellationToken) => ReadAsync(
        async () => await services.Archives.OpenAsync(
            await StorageAsync(cancellationToken), archive.Path!, archive.Sha256, offset, cancellationToken));

    /// <summary>The complaint about a storage that cannot be read, or does not hold the archive that the spec
    /// means.</summary>
    public HostException Unusable(Exception exception) => exception switch
    {
        SnapshotException { Failure: SnapshotFailure.NotFound } => Missing(exception),
        SnapshotException { Failure: SnapshotFailure.ChecksumMismatch } =>
            new(
                host, Reasons.PackageCorrupt,
                $"The archive {archive.Name} ({_where}) is not the one that spec.package.archives names. "
                + $"{exception.Message}",
                retryable: false, innerException: exception),
        SnapshotException { Failure: SnapshotFailure.NotAllowed } =>
            HostException.OfSpec(
                host, $"spec.package.archives[{archive.Name}].storage", $"The archive {archive.Name}: "
                    + $"{exception.Message}", exception),
        _ =>
            new(
                host, Reasons.StorageUnusable,
                $"The archive {archive.Name} ({_where}) cannot be read: {Sentences.Open(exception.Message)}. "
                + $"The part that arrived at {host} is kept; the next attempt sends the rest.",
                innerException: exception),
    };

    private Task<ISnapshotStorage> StorageAsync(CancellationToken cancellationToken) =>
        services.Storages.OpenAsync(archive.Storage!, @namespace, cancellationToken);

    private async Task<T> ReadAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception exception) when (exception is SnapshotException or IOException)
        {
            throw Unusable(exception);
        }
    }

    private HostException Missing(Exception? cause = null) =>
        new(
            host, Reasons.PackageMissing,
            $"The archive {archive.Name} ({_where}) does not exist. Copy it there, or correct spec.package.archives.",
            retryable: false, innerException: cause);
}
