using Drydock.Clients.Remote;
using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Has the new version's program check a configuration file on a host.</summary>
internal static class ConfigurationCheck
{
    // In a directory of its own, so that a program that writes beside its file disturbs nobody; gone afterwards.
    private const string InTemporaryPlace = """d=$(mktemp -d) || exit 1; trap 'rm -rf "$d"' EXIT; cat > "$d/check.toml" && cd "$d" && "$@" """;

    /// <summary>Null if the program accepts a file that lies on the host, else its words.</summary>
    public static async Task<string?> RefusalAsync(
        ITiDbTargets targets, DatabaseInstance instance, string file, CancellationToken cancellationToken)
    {
        var program = targets.Spec().NewProgram(TiDbLayout.Program(instance.Component));
        var result = await targets.Hosts.Files(instance.Host).RunAsync(new RemoteCommand([program, .. Arguments(targets, instance, file)]), cancellationToken);
        return Judge(result, program, instance, file);
    }

    /// <summary>
    /// Null if the program accepts a text, else its words. The text is laid into a temporary place on the host.
    /// </summary>
    public static async Task<string?> RefusalOfTextAsync(
        ITiDbTargets targets, DatabaseInstance instance, string text, CancellationToken cancellationToken)
    {
        var program = targets.Spec().NewProgram(TiDbLayout.Program(instance.Component));
        using var input = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
        var command = RemoteCommand.Script(InTemporaryPlace, [program, .. Arguments(targets, instance, "check.toml")]) with { Input = input };
        return Judge(await targets.Hosts.Files(instance.Host).RunAsync(command, cancellationToken), program, instance, $"the migrated {TiDbLayout.ConfigFile(instance)}");
    }

    private static IReadOnlyList<string> Arguments(ITiDbTargets targets, DatabaseInstance instance, string file)
    {
        var pd = targets.Spec().Of(DatabaseComponent.PD).FirstOrDefault();
        return ConfigurationMigration.CheckArguments(instance.Component, file, pd is null ? "pd:2379" : targets.Spec().Service(pd).ToString());
    }

    private static string? Judge(RemoteResult result, string program, DatabaseInstance instance, string file) =>
        result.IsSuccess && ToolOutput.ChecksConfiguration(result.Output + "\n" + result.Errors)
            ? null
            : $"{program} refuses {file} of {instance.Name} on {instance.Host} (exit code {result.ExitCode}): {StrictJson.Words(result.Errors + " " + result.Output)}; correct the file";
}
