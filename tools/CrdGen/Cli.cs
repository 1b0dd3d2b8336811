using System.CommandLine;
using System.Reflection;

namespace Drydock.CrdGen;

/// <summary>The command line of the generator.</summary>
public static class Cli
{
    /// <summary>Runs it.</summary>
    /// <returns>0 when all is written or up to date, 1 when <c>--check</c> found stale files or a released schema was
    /// changed, 2 when the repository was not found.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        var check = new Option<bool>("--check") { Description = "Change nothing; exit 1 and name the files that are stale." };
        var root = new Option<DirectoryInfo?>("--root") { Description = "Root of the repository. Default: the folder at or above the current one that holds Operator.sln." };
        var controllers = new Option<FileInfo?>("--controllers")
        {
            Description = "An assembly whose [EntityRbac] attributes make the operator's roles in config/rbac. Default: each Drydock.Reconcilers.*.dll beside this tool.",
        };
        var command = new RootCommand("Makes config/crd, the roles in config/rbac, docs/reference and docs/troubleshooting.md from the types.") { check, root, controllers };
        command.SetAction(result =>
        {
            if ((result.GetValue(root)?.FullName ?? FindRoot()) is not { } at)
            {
                error.WriteLine("Operator.sln is neither here nor above: run it inside the repository, or give --root.");
                return 2;
            }

            IReadOnlyList<GeneratedFile> files;
            try
            {
                files = Generator.Generate(LoadControllers(result.GetValue(controllers)), at);
            }
            catch (InvalidOperationException refusal)
            {
                error.WriteLine(refusal.Message);
                return 1;
            }

            return result.GetValue(check) ? Check(at, files, error) : Write(at, files, output);
        });
        return command.Parse(args).Invoke(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
    }

    /// <summary>The assemblies with the controllers: the given one, or those beside this tool.</summary>
    /// <exception cref="FileNotFoundException">The given one does not exist.</exception>
    public static IReadOnlyList<Assembly> LoadControllers(FileInfo? given = null) => given switch
    {
        null => [.. Directory.GetFiles(AppContext.BaseDirectory, "Drydock.Reconcilers.*.dll").Order(StringComparer.Ordinal).Select(Assembly.LoadFrom)],
        { Exists: true } => [Assembly.LoadFrom(given.FullName)],
        _ => throw new FileNotFoundException($"--controllers {given.FullName}: no such file.", given.FullName),
    };

    private static int Write(string root, IReadOnlyList<GeneratedFile> files, TextWriter output)
    {
        Generator.Write(root, files);
        output.WriteLine($"{files.Count} files written");
        return 0;
    }

    private static int Check(string root, IReadOnlyList<GeneratedFile> files, TextWriter error)
    {
        var stale = Generator.Stale(root, files);
        foreach (var path in stale)
        {
            error.WriteLine($"stale: {path} (run make generate)");
        }

        return stale.Count == 0 ? 0 : 1;
    }

    private static string? FindRoot()
    {
        for (var at = new DirectoryInfo(Directory.GetCurrentDirectory()); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Operator.sln")))
            {
                return at.FullName;
            }
        }

        return null;
    }
}
