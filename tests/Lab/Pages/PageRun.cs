using System.Text.RegularExpressions;

namespace Drydock.Lab;

/// <summary>
/// Runs the fenced commands of pages, one block after the other, as a reader would: in a copy of the repository, with
/// bash, with kubectl as administrator of a control plane, with Helm, and with <c>kubectl drydock</c> where it was
/// built beside the tests. The working directory of a block is that in which the one before ended.
/// </summary>
/// <remarks>
/// The control plane is Kubernetes 1.20, older than the minimum of the product: its kubectl refuses the CEL rules of
/// the CRDs, so that what it checks itself is switched off for every <c>apply</c>.
/// </remarks>
public sealed class PageRun
{
    private static readonly string PluginPath = Path.Combine(AppContext.BaseDirectory, "kubectl-drydock.dll");
    private readonly string _source;
    private readonly string _home;
    private readonly IReadOnlyList<string> _files;
    private readonly HashSet<(string Page, int Number)> _done = [];

    private PageRun(string source, string home, IReadOnlyList<string> files)
    {
        (_source, _home, _files) = (source, home, files);
        Names[Folder] = "/home/you";
    }

    /// <summary>The copy of the repository, in which the first block runs.</summary>
    public string Folder => Path.Combine(_home, "repository");

    /// <summary>After what time a block that has not ended is a failure.</summary>
    public TimeSpan Limit { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Calls of the programs made by <see cref="Fake"/>, one a line, each as it was typed.</summary>
    public IReadOnlyList<string> Calls => File.Exists(CallsPath) ? File.ReadAllLines(CallsPath) : [];

    /// <summary>Variables of every block, which markers may use in what they write.</summary>
    public IDictionary<string, string> Variables { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// What a reader puts in place of the words in capitals of a page, such as NAME and NS. Whole words are replaced.
    /// </summary>
    public IDictionary<string, string> Placeholders { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What a page shows in place of a text that the lab prints, such as an address.</summary>
    public IDictionary<string, string> Names { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    private string Programs => Path.Combine(_home, "bin");

    private string StatePath => Path.Combine(_home, "folder");

    private string CallsPath => Path.Combine(_home, "calls");

    /// <summary>Copies the repository and puts kubectl and helm into PATH.</summary>
    /// <param name="run">The lab.</param>
    /// <param name="plane">What kubectl talks to.</param>
    /// <param name="repository">Root of the repository.</param>
    /// <param name="name">Name of its folder in the lab.</param>
    public static async Task<PageRun> StartAsync(
        LabRun run, ControlPlane plane, string repository, string name, CancellationToken cancellationToken)
    {
        var home = run.FolderFor(Path.Combine("pages", name));
        var files = (await Shell.RunAsync(
                "git",
                ["-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
                workingDirectory: repository,
                cancellationToken: cancellationToken))
            .Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Where(file => File.Exists(Path.Combine(repository, file)))
            .ToList();
        var result = new PageRun(repository, home, files);
        Directory.CreateDirectory(result.Programs);
        foreach (var file in files)
        {
            var target = Path.Combine(result.Folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(Path.Combine(repository, file), target);
        }

        result.WriteProgram(
            "kubectl",
            $"case \" $* \" in *' apply '*) set -- \"$@\" --validate=false;; esac\nexec '{plane.KubectlPath}' \"$@\"");
        var clients = await Recipes.RunAsync("kube-clients.sh", cancellationToken);
        result.WriteProgram("helm", $"exec '{clients["helm"]}' \"$@\"");
        if (File.Exists(PluginPath))
        {
            result.WriteProgram("kubectl-drydock", $"exec dotnet '{PluginPath}' \"$@\"");
        }

        plane.WriteAdminKubeconfig(Path.Combine(home, "kubeconfig"), plane.Server);
        await File.WriteAllTextAsync(result.StatePath, result.Folder, cancellationToken);
        return result;
    }

    /// <summary>
    /// Puts a program into PATH that cannot be had, or that must not run here. It records its call.
    /// </summary>
    /// <param name="program">Its name.</param>
    /// <param name="script">What it does besides, as bash.</param>
    public void Fake(string program, string script = "") =>
        WriteProgram(program, $"printf '%s\\n' \"{program} $*\" >>'{CallsPath}'\n{script}");

    /// <summary>Runs every block of a page that a reader would run.</summary>
    /// <param name="page">Path below the repository.</param>
    /// <param name="wanted">Which blocks; null for all.</param>
    /// <returns>The blocks that ran, and what they printed.</returns>
    /// <exception cref="LabException">A block failed. The message has its place and its output.</exception>
    public async Task<IReadOnlyList<(PageBlock Block, string Output)>> RunPageAsync(
        string page, Func<PageBlock, bool>? wanted = null, CancellationToken cancellationToken = default)
    {
        var results = new List<(PageBlock, string)>();
        foreach (var block in Blocks(page).Where(block => wanted?.Invoke(block) ?? true))
        {
            results.Add((block, await RunAsync(block, cancellationToken)));
        }

        return results;
    }

    /// <summary>The blocks of a page that a reader would run.</summary>
    /// <param name="page">Path below the repository.</param>
    public IReadOnlyList<PageBlock> Blocks(string page) =>
        [.. PageBlock.Read(Path.Combine(_source, page)).Where(block => block.Script is not null)];

    /// <summary>Places of the blocks of a page that were not run here.</summary>
    /// <param name="page">Path below the repository.</param>
    public IReadOnlyList<string> NotRun(string page) =>
        [.. Blocks(page).Where(block => !_done.Contains((block.Page, block.Number))).Select(block => block.Place)];

    /// <summary>
    /// Runs a block where the last one ended. What the page shows as its output must be what it prints, or is written
    /// into the page with <c>DRYDOCK_REFRESH=pages</c>.
    /// </summary>
    /// <returns>What it printed.</returns>
    /// <exception cref="LabException">It failed, or printed something else than the page shows.</exception>
    public async Task<string> RunAsync(PageBlock block, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(block);
        var script = Placeholders.Aggregate(
            block.Script ?? throw new LabException($"{block.Place} is not run."),
            static (text, placeholder) => Regex.Replace(text, $@"\b{placeholder.Key}\b", placeholder.Value));
        var output = await RunAsync(script, block.Place, cancellationToken);
        if (block.Shown is not null)
        {
            new ShownOutput(Names).Check(block, output);
        }

        _done.Add((block.Page, block.Number));
        return output;
    }

    /// <summary>Runs commands where the last block ended.</summary>
    /// <param name="script">The commands.</param>
    /// <param name="place">Where they come from, for the message of a failure.</param>
    /// <param name="cancellationToken">Kills them.</param>
    /// <returns>What they printed.</returns>
    public async Task<string> RunAsync(string script, string place, CancellationToken cancellationToken = default)
    {
        var text = new StringBuilder()
            .Append("set -euo pipefail\nexec 2>&1\n")
            .Append("cd \"$(cat '").Append(StatePath).Append("')\"\n")
            .Append(script)
            .Append("\npwd >'").Append(StatePath).Append("'\n")
            .ToString();
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["PATH"] = $"{Programs}:{Environment.GetEnvironmentVariable("PATH")}",
            ["KUBECONFIG"] = Path.Combine(_home, "kubeconfig"),
            ["HOME"] = _home,
            ["LC_ALL"] = "C.UTF-8",
            ["MAKEFLAGS"] = null,
            ["MAKELEVEL"] = null,
        };
        foreach (var (name, value) in Variables)
        {
            environment[name] = value;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            var result = await Shell.TryRunAsync(
                "bash", ["-c", text], environment: environment, workingDirectory: Folder,
                cancellationToken: limit.Token);
            return result.ExitCode == 0
                ? result.Output
                : throw new LabException(
                    $"{place} ended with exit code {result.ExitCode}.\n{script}\n--- "
                    + $"output:\n{result.Output}{result.Error}");
        }
        catch (OperationCanceledException overdue) when (!cancellationToken.IsCancellationRequested)
        {
            throw new LabException($"{place} did not end within {Limit.TotalMinutes:0} minutes.\n{script}", overdue);
        }
    }

    /// <summary>The files of the repository that the blocks changed or removed.</summary>
    public IReadOnlyList<string> ChangedFiles() =>
        [.. _files.Where(file => !File.Exists(Path.Combine(Folder, file))
            || !File.ReadAllBytes(Path.Combine(Folder, file)).AsSpan()
                .SequenceEqual(File.ReadAllBytes(Path.Combine(_source, file))))];

    private void WriteProgram(string name, string script)
    {
        var path = Path.Combine(Programs, name);
        File.WriteAllText(path, $"#!/bin/bash\nset -euo pipefail\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
