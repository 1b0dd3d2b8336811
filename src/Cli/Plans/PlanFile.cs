using YamlDotNet.Core;

namespace Drydock.Cli.Plans;

/// <summary>A plan that <c>plan -o json</c> or <c>-o yaml</c> wrote into a file.</summary>
internal static class PlanFile
{
    public static Plan Read(string path)
    {
        try
        {
            var plan = Yaml.Read(File.ReadAllText(path)) is [var document, ..]
                && document.Deserialize(CrdsJsonContext.Default.Plan) is { Hash.Length: > 0 } read
                ? read
                : throw new CliException($"{path} is not a plan: it has no hash. Write one with `plan NAME -o json`.");
            return plan.Steps.CountBy(s => s.Id, StringComparer.Ordinal).FirstOrDefault(s => s.Value > 1).Key is { } id
                ? throw new CliException(
                    $"{path} is not a plan: it has step {id} twice. Write one with `plan NAME -o json`.")
                : plan;
        }
        catch (Exception broken) when (broken is JsonException or YamlException)
        {
            throw new CliException($"{path} is not a plan: {broken.Message} Write one with `plan NAME -o json`.");
        }
    }
}
