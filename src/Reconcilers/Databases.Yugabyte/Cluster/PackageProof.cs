namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Proves on one host, before any process is stopped, that the programs of the package run there and are of
/// toVersion: each is run with --version. A package for another platform, one whose libraries are not found, and one of
/// another build would otherwise show only after the first process was replaced.</summary>
/// <param name="cluster">The universe.</param>
/// <param name="files">The host.</param>
internal sealed partial class PackageProof(YugabyteCluster cluster, IHostFiles files)
{
    private const string Postgres = "postgres/bin/postgres";
    private const string Metadata = "version_metadata.json";
    private const int LongestOutput = 600;

    // What a shell and env report for a program that does not exist.
    private const int NotFound = 127;

    private readonly YugabyteVersion _wanted = YugabyteVersion.Parse(cluster.Spec.ToVersion);

    private string Directory => cluster.Spec.Package.Directory.TrimEnd('/');

    // Of BMDB only the names of its servers are known.
    private bool IsBmdb => cluster.Settings.Dialect == YugabyteDialect.BMDB;

    /// <summary>The first problem of the package on the host; null if its programs run and are of toVersion.</summary>
    /// <exception cref="HostException">The host cannot be reached.</exception>
    public async Task<PackageProblem?> ProblemAsync(
        IReadOnlyList<DatabaseComponent> components, bool sqlIsOn, CancellationToken cancellationToken)
    {
        foreach (var component in components)
        {
            var program = $"bin/{cluster.Vocabulary.Program(component)}";
            if (await ProgramAsync(program, Server(), isOptional: false, cancellationToken) is { } problem)
            {
                return problem;
            }
        }

        if (sqlIsOn
            && components.Contains(DatabaseComponent.Tserver)
            && await ProgramAsync(Postgres, PostgresOfYugabyte(), IsBmdb, cancellationToken) is { } ofPostgres)
        {
            return ofPostgres;
        }

        return await MetadataAsync(cancellationToken);
    }

    private async Task<PackageProblem?> ProgramAsync(
        string program, Regex form, bool isOptional, CancellationToken cancellationToken)
    {
        var path = $"{Directory}/{program}";
        if (isOptional && (await files.Sha256Async([path], cancellationToken))[0] is null)
        {
            return null;
        }

        var ran = await files.RunAsync(new RemoteCommand(path, "--version"), cancellationToken);
        var said = string.Join(' ', ran.Output.Trim(), ran.Errors.Trim()).Trim();
        if (!ran.IsSuccess)
        {
            var why = ran.ExitCode == NotFound && said.Length == 0 ? "the program or its interpreter does not exist"
                : said.Length == 0 ? "it printed nothing"
                : Shorten(said);
            return new PackageProblem(
                Reasons.PackageCorrupt,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{files.Host}: `{path} --version` ended with {ran.ExitCode} ({why}), so the program does not run "
                    + $"on this host; expected version {_wanted}. Run {Directory}/bin/post_install.sh on the host, or "
                    + $"provide the package for its operating system; then retry. No process was stopped."));
        }

        if (Read(form.Match(said)) is { } found)
        {
            return Fits(found) ? null : Another($"`{path} --version` reports {found}");
        }

        return IsBmdb
            ? null
            : new PackageProblem(
                Reasons.VersionMismatch,
                $"{files.Host}: `{path} --version` printed no version ({Shorten(said)}); expected version {_wanted}. "
                + "Check that spec.package is the package of YugabyteDB, then retry. No process was stopped.");
    }

    private async Task<PackageProblem?> MetadataAsync(CancellationToken cancellationToken)
    {
        var path = $"{Directory}/{Metadata}";
        return await files.ReadAsync(path, cancellationToken) is { } text
            && OfMetadata(text) is { } found
            && !Fits(found)
            ? Another($"{path} says {found}")
            : null;
    }

    private PackageProblem Another(string what) => new(
        Reasons.VersionMismatch,
        $"{files.Host}: {what}, expected {_wanted} (spec.toVersion). Provide the package of {_wanted} in {Directory}, "
        + "or create a new object with the right toVersion. No process was stopped.");

    // A build that either side does not name is any build.
    private bool Fits(YugabyteVersion found) =>
        _wanted.Covers(found) || (found.Build is null && (_wanted with { Build = null }).Covers(found));

    private static YugabyteVersion? Read(Match match) =>
        match.Success
        && YugabyteVersion.TryParse(
            match.Groups["build"] is { Success: true } build
                ? $"{match.Groups["number"].Value}-b{build.Value}"
                : match.Groups["number"].Value,
            out var version)
            ? version
            : null;

    private static YugabyteVersion? OfMetadata(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var number = Text(document.RootElement, "version_number");
            var build = Text(document.RootElement, "build_number");
            return YugabyteVersion.TryParse($"{number}-b{build}", out var whole) ? whole
                : YugabyteVersion.TryParse(number, out var version) ? version
                : null;
        }
        catch (JsonException)
        {
            // The programs themselves were asked; a file that is not JSON says nothing more.
            return null;
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object
        && root.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static string Shorten(string text) => ForeignText.Words(text, LongestOutput);

    // "version 2.18.4.0 build 52 revision …"; a build made by hand has a word in place of the number.
    [GeneratedRegex(
        @"\bversion (?<number>\d+\.\d+\.\d+\.\d+)( build (?<build>\d+)\b)?",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Server();

    // "postgres (PostgreSQL) 11.2-YB-2.18.4.0-b0": releases do not put their build there.
    [GeneratedRegex(
        @"-YB-(?<number>\d+\.\d+\.\d+\.\d+)\b",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PostgresOfYugabyte();
}

/// <summary>Why a package cannot be used on a host.</summary>
/// <param name="Reason">The reason of the failure.</param>
/// <param name="Message">The failure, with what to do.</param>
internal sealed record PackageProblem(string Reason, string Message);
