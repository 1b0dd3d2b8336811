using System.CommandLine;
using System.Reflection;

namespace Drydock.CrdGen;

/// <summary>The command line of the generator.</summary>
internal static class Cli
{
    /// <returns>0 when all is written or up to date, 1 when <c>--check</c> found stale files, 2 when the repository was
    /// not found.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        var check = new Option<bool>("--check") { Description = "Change nothing; exit 1 and name the files that are stale." };
        var root = new Option<DirectoryInfo?>("--root") { Description = "Root of the repository. Default: the folder at or above the current one that holds Operator.sln." };
        var command = new RootCommand("Makes config/crd, the operator's roles in config/rbac, and the pages of the kinds in docs/reference from the types.") { check, root };
        command.SetAction(result =>
        {
            if ((result.GetValue(root)?.FullName ?? FindRoot()) is not { } at)
            {
                error.WriteLine("Operator.sln is neither here nor above: run it inside the repository, or give --root.");
                return 2;
            }

            var files = Generator.Generate(Controllers());
            if (!result.GetValue(check))
            {
                Generator.Write(at, files);
                output.WriteLine($"{files.Count} files written");
                return 0;
            }

            var stale = Generator.Stale(at, files);
            foreach (var path in stale)
            {
                error.WriteLine($"stale: {path} (run make generate)");
            }

            return stale.Count == 0 ? 0 : 1;
        });
        return command.Parse(args).Invoke(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
    }

    /// <summary>The assemblies whose <c>[EntityRbac]</c> attributes make the operator's roles.</summary>
    public static IReadOnlyList<Assembly> Controllers() =>
        [.. Directory.GetFiles(AppContext.BaseDirectory, "Drydock.Reconcilers.*.dll").Order(StringComparer.Ordinal).Select(Assembly.LoadFrom)];

    private static string? FindRoot()
    {
        var at = new DirectoryInfo(Directory.GetCurrentDirectory());
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Operator.sln")))
        {
            at = at.Parent;
        }

        return at?.FullName;
    }
}
