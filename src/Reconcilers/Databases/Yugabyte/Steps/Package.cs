namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Puts the new version beside the old one on one or several hosts
/// (docs/project/research/yugabytedb.md#procedure): archive, checksum, post_install.sh, extensions. Proves on every
/// host that its programs run and are of the target version. The checksums of the programs are recorded; every later
/// step tells a new process from an old one by them.</summary>
/// <param name="Hosts">The hosts of a group; null for the one host that is the node.</param>
[StoredAs("PreparePackage")]
internal sealed record PrepareYugabytePackage(List<string>? Hosts = null) : YugabyteStep
{
    internal override string Title(DatabaseRollingUpgradeSpec spec, string? node) =>
        $"Prepare {spec.ToVersion} on {node}";

    public override TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) =>
        KubernetesDuration.Parse(spec.Timeouts.Package);

    public static string ProgramFact(string program) => $"sha.{program}";

    public static IReadOnlyList<string> HostsOf(Step step) =>
        step.As<PrepareYugabytePackage>().Hosts ?? [step.Node!];

    /// <summary>SHA-256 of a program of the package on a host; null before it is prepared there.</summary>
    public static string? Program(PlanProgress plan, string host, string program) => plan.Steps
        .Find(s => s.Is<PrepareYugabytePackage>() && HostsOf(s).Contains(host, StringComparer.Ordinal))
        ?.Recorded(ProgramFact(program));

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var hosts = Hosts ?? [context.Node];

        // The plan checks extensions only if tablet servers start PostgreSQL.
        var sqlIsOn = context.Plan.Step<CheckExtensions>() is not null;
        var facts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var host in hosts)
        {
            var request = PackageRequests.For(Cluster.Spec, Cluster.Hosts.ToolHost, host);
            var state = await Cluster.Hosts.Files(host).PackageAsync(request, cancellationToken);
            if (!state.IsComplete)
            {
                return state.IsWrong
                    ? new Observation.Failed(Reasons.PackageCorrupt, $"{host}: {state.Problem}")
                    : new Observation.NotStarted(state.Problem);
            }

            if (Unfit(host, hosts[0], request, state, facts) is { } unfit)
            {
                return unfit;
            }

            var proof = new PackageProof(Cluster, Cluster.Hosts.Files(host));
            if (await proof.ProblemAsync(request.Components, sqlIsOn, cancellationToken) is { } problem)
            {
                return problem;
            }
        }

        return new Observation.Done(null, facts);
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        foreach (var host in Hosts ?? [context.Node])
        {
            Cluster.Context.EnsureMayAct();
            var request = PackageRequests.For(Cluster.Spec, Cluster.Hosts.ToolHost, host);
            await Cluster.Hosts.Files(host).PreparePackageAsync(request, cancellationToken);
        }
    }

    // Records the programs of a host; the hosts of a group must have the same files.
    private Observation.Failed? Unfit(
        string host, string first, PackageRequest request, PackageState state, SortedDictionary<string, string> facts)
    {
        if (request.Programs.FirstOrDefault(p => !state.Programs.ContainsKey(p)) is { } missing)
        {
            return new Observation.Failed(
                Reasons.PackageMissing,
                $"{host}: the package in {Cluster.Spec.Package.Directory} has no bin/{missing}. Either it is the "
                + "package of another database, or spec.yugabyte.names is wrong.");
        }

        foreach (var (program, sha256) in state.Programs)
        {
            if (facts.TryGetValue(ProgramFact(program), out var other) && other != sha256)
            {
                return new Observation.Failed(
                    Reasons.PackageCorrupt,
                    $"{host}: {program} differs from the file on {first}. Copy the same package to all hosts.");
            }

            facts[ProgramFact(program)] = sha256;
        }

        return null;
    }
}

/// <summary>Proves on one host, before any process is stopped, that the programs of the package run there and are of
/// toVersion: each is run with --version. A package for another platform, one whose libraries are not found, and one of
/// another build would otherwise show only after the first process was replaced.</summary>
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
    private bool IsBmdb => cluster.Spec.IsBmdb;

    /// <summary>The first problem of the package on the host; null if its programs run and are of toVersion.</summary>
    /// <exception cref="HostException">The host cannot be reached.</exception>
    public async Task<Observation.Failed?> ProblemAsync(
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

        return sqlIsOn
            && components.Contains(DatabaseComponent.Tserver)
            && await ProgramAsync(Postgres, PostgresOfYugabyte(), IsBmdb, cancellationToken) is { } ofPostgres
            ? ofPostgres
            : await MetadataAsync(cancellationToken);
    }

    private async Task<Observation.Failed?> ProgramAsync(
        string program, Regex form, bool isOptional, CancellationToken cancellationToken)
    {
        var path = $"{Directory}/{program}";
        if (isOptional && (await files.Sha256Async([path], cancellationToken))[0] is null)
        {
            return null;
        }

        var ran = await files.AskAsync(new RemoteCommand(path, "--version"), cancellationToken);
        var said = string.Join(' ', ran.Output.Trim(), ran.Errors.Trim()).Trim();
        if (!ran.IsSuccess)
        {
            var why = ran.ExitCode == NotFound && said.Length == 0 ? "the program or its interpreter does not exist"
                : said.Length == 0 ? "it printed nothing"
                : Shorten(said);
            return new Observation.Failed(
                Reasons.PackageCorrupt,
                $"{files.Host}: `{path} --version` ended with {ran.ExitCode} ({why}), so the program does not run "
                + $"on this host; expected version {_wanted}. Run {Directory}/bin/post_install.sh on the host, or "
                + $"provide the package for its operating system; then retry. No process was stopped.");
        }

        if (Read(form.Match(said)) is { } found)
        {
            return Fits(found) ? null : Another($"`{path} --version` reports {found}");
        }

        return IsBmdb
            ? null
            : new Observation.Failed(
                Reasons.VersionMismatch,
                $"{files.Host}: `{path} --version` printed no version ({Shorten(said)}); expected version {_wanted}. "
                + "Check that spec.package is the package of YugabyteDB, then retry. No process was stopped.");
    }

    private async Task<Observation.Failed?> MetadataAsync(CancellationToken cancellationToken)
    {
        var path = $"{Directory}/{Metadata}";
        return await files.ReadAsync(path, cancellationToken) is { } text
            && OfMetadata(text) is { } found
            && !Fits(found)
            ? Another($"{path} says {found}")
            : null;
    }

    private Observation.Failed Another(string what) => new(
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

/// <summary>What of the package a host needs.</summary>
internal static class PackageRequests
{
    // The vendor's script, and the file that it writes when it has ended. Without it the programs do not find their
    // libraries.
    private const string VendorScript = "bin/post_install.sh";
    private const string VendorMark = ".post_install.sh.completed";

    public static PackageRequest For(DatabaseRollingUpgradeSpec spec, string toolHost, string host)
    {
        var vocabulary = YugabyteVocabulary.Of(spec);
        var components = spec.Instances.Where(i => i.Host == host).Select(i => i.Component).Distinct().Order().ToList();
        return new PackageRequest
        {
            Package = spec.Package,
            Components = components,
            Programs =
            [
                .. components.Select(vocabulary.Program)
                    .Concat(host == toolHost ? [vocabulary.AdminProgram] : [])
                    .Distinct(StringComparer.Ordinal),
            ],
            PostInstall = PostInstallOf(spec.Package.PostInstall),
        };
    }

    private static PostInstall? PostInstallOf(string? given) => given switch
    {
        null => new PostInstall(VendorScript, VendorMark, IsOptional: true),
        "" => null,
        VendorScript => new PostInstall(VendorScript, VendorMark, IsOptional: false),
        _ => new PostInstall(given, Mark: null, IsOptional: false),
    };

    public static IReadOnlyList<string> Hosts(IReadOnlyList<string> all, string toolHost) =>
        all.Contains(toolHost, StringComparer.Ordinal) ? all : [.. all, toolHost];
}
