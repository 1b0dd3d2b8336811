namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Makes the program of the new version check a configuration file on a host.</summary>
internal static class ConfigurationCheck
{
    // In a temporary directory, so that a program that writes beside its file does no harm.
    private const string InTemporaryPlace = """
        d=$(mktemp -d) || exit 1; trap 'rm -rf "$d"' EXIT; cat > "$d/check.toml" && cd "$d" && "$@"
        """;

    public static async Task<string?> RefusalAsync(
        ITiDbTargets targets, DatabaseInstance instance, string file, CancellationToken cancellationToken)
    {
        var program = targets.Spec().NewProgram(TiDbLayout.Program(instance.Component));
        var command = new RemoteCommand([program, .. Arguments(targets, instance, file)]);
        var result = await targets.Hosts.Files(instance.Host).RunAsync(command, cancellationToken);
        return Judge(result, program, instance, file);
    }

    /// <summary>Null if the program accepts a text, otherwise its output. The text is written to a temporary place on
    /// the host.</summary>
    public static async Task<string?> RefusalOfTextAsync(
        ITiDbTargets targets, DatabaseInstance instance, string text, CancellationToken cancellationToken)
    {
        var program = targets.Spec().NewProgram(TiDbLayout.Program(instance.Component));
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(text));
        string[] check = [program, .. Arguments(targets, instance, "check.toml")];
        var command = RemoteCommand.Script(InTemporaryPlace, check) with { Input = input };
        var result = await targets.Hosts.Files(instance.Host).RunAsync(command, cancellationToken);
        return Judge(result, program, instance, $"the migrated {TiDbLayout.ConfigFile(instance)}");
    }

    private static IReadOnlyList<string> Arguments(ITiDbTargets targets, DatabaseInstance instance, string file)
    {
        var pd = targets.Spec().Of(DatabaseComponent.PD).FirstOrDefault();
        var address = pd is null ? "pd:2379" : targets.Spec().Service(pd).ToString();
        return ConfigurationMigration.CheckArguments(instance.Component, file, address);
    }

    private static string? Judge(RemoteResult result, string program, DatabaseInstance instance, string file) =>
        result.IsSuccess && ToolOutput.ChecksConfiguration(result.Output + "\n" + result.Errors)
            ? null
            : $"{program} refuses {file} of {instance.Name} on {instance.Host} (exit code {result.ExitCode}): "
                + $"{ToolOutput.Excerpt(result.Errors + " " + result.Output)}. Correct the file.";
}
