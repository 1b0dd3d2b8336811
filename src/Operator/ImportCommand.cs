using System.CommandLine;
using Drydock.Reconcilers.Databases;

namespace Drydock.Operator;

/// <summary>Turns the inventory of a deployment tool into a manifest. Reads files only.</summary>
internal static class ImportCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Create()
    {
        var file = new Argument<FileInfo>("file")
        {
            Description = "inventory.ini of tidb-ansible, or meta.yaml of tiup "
                + "(~/.tiup/storage/cluster/clusters/NAME/meta.yaml).",
        };
        var version = new Option<string>("--to-version")
        {
            Description = "The version after the upgrade, for instance 3.0.9.",
            Required = true,
        };
        var groupVars = new Option<DirectoryInfo?>("--group-vars")
        {
            Description = "The directory group_vars of tidb-ansible. Without it the ports are those of the inventory, "
                + "or the default ones.",
        };
        var command = new Command(
            "import", "Writes a DatabaseRollingUpgrade for a cluster of tidb-ansible or tiup to the standard output.")
        {
            file,
            version,
            groupVars,
        };
        command.SetAction(parsed => Run(
            parsed.GetValue(file)!,
            parsed.GetValue(version)!,
            parsed.GetValue(groupVars),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error));
        return command;
    }

    private static int Run(
        FileInfo file, string version, DirectoryInfo? groupVars, TextWriter output, TextWriter errors)
    {
        try
        {
            var text = File.ReadAllText(file.FullName);
            var cluster = file.Extension is ".yaml" or ".yml"
                ? TiupTopology.Read(text)
                : AnsibleInventory.Read(text, Defaults(groupVars));
            output.Write(ImportedManifest.Write(cluster, version));
            return 0;
        }
        catch (Exception problem) when (problem is ImportException or IOException or UnauthorizedAccessException)
        {
            errors.WriteLine($"{file.Name} cannot be imported. {problem.Message}");
            return 1;
        }
    }

    private static Dictionary<string, string> Defaults(DirectoryInfo? groupVars) =>
        (groupVars?.EnumerateFiles("*.yml") ?? []).ToDictionary(
            f => Path.GetFileNameWithoutExtension(f.Name), f => File.ReadAllText(f.FullName), StringComparer.Ordinal);
}
