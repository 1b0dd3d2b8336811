using System.Text.RegularExpressions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Reads answers strictly (docs/research/tidb.md#rules): another status than 200, text that is not JSON, or a
/// missing key is never accepted as an answer. Unknown keys are skipped. Where Go omits zero values, an absent key is
/// 0. Ids are unsigned 64-bit numbers (docs/research/tidb.md#pd-as-observed).</summary>
internal static class TiDbAnswers
{
    /// <summary>Asks with GET.</summary>
    /// <exception cref="TiDbApiException">The answer is not the documented one.</exception>
    public static async Task<T> GetAsync<TWire, T>(
        this IServiceHttp http, ServiceAddress at, string path, JsonTypeInfo<TWire> type, Func<TWire, T> map,
        CancellationToken cancellationToken)
        where TWire : class =>
        Read(await http.GetAsync(at.Host, at.Port, path, cancellationToken), $"GET {at}{path}", type, map);

    /// <summary>The content of an answer with status 200.</summary>
    /// <exception cref="TiDbApiException">The answer is not the documented one.</exception>
    public static T Read<TWire, T>(ServiceAnswer answer, string what, JsonTypeInfo<TWire> type, Func<TWire, T> map)
        where TWire : class
    {
        if (answer.Status != 200)
        {
            throw new TiDbApiException(
                Reasons.AnswerUnusable, $"{what} answered {answer.Status}: {ToolOutput.Excerpt(answer.Body)}",
                answer.Status);
        }

        try
        {
            return map(JsonSerializer.Deserialize(answer.Body, type) ?? throw new FormatException("it is null"));
        }
        catch (JsonException exception) when (IsJson(answer.Body))
        {
            throw Unusable(answer, what, $"at {exception.Path ?? "$"}", exception);
        }
        catch (JsonException exception)
        {
            throw new TiDbApiException(
                Reasons.AnswerUnusable,
                $"{what} answered no JSON ({answer.Kind}, line {exception.LineNumber + 1}). Check what listens on that "
                + "port.",
                answer.Status, exception);
        }
        catch (Exception exception) when (exception is FormatException or InvalidOperationException)
        {
            throw Unusable(answer, what, exception.Message, exception);
        }
    }

    /// <summary>The entries of a list; an absent list is empty.</summary>
    /// <exception cref="FormatException">An entry is null.</exception>
    public static IReadOnlyList<T> Entries<T>(IEnumerable<T?>? list)
        where T : class => [.. (list ?? []).Select(t => t ?? throw new FormatException("an entry of a list is null"))];

    private static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static TiDbApiException Unusable(ServiceAnswer answer, string what, string why, Exception cause) => new(
        Reasons.AnswerUnusable,
        $"{what} did not answer as documented ({answer.Kind}, {why}): {ToolOutput.Excerpt(answer.Body)}. "
        + "Check what listens on that port.",
        answer.Status, cause);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PdWire.Health))]
[JsonSerializable(typeof(List<PdWire.MemberHealth>))]
[JsonSerializable(typeof(PdWire.Members))]
[JsonSerializable(typeof(PdWire.Status), TypeInfoPropertyName = "PdStatus")]
[JsonSerializable(typeof(PdWire.Stores))]
[JsonSerializable(typeof(PdWire.StoreInfo))]
[JsonSerializable(typeof(PdWire.Region))]
[JsonSerializable(typeof(PdWire.Config))]
[JsonSerializable(typeof(PdWire.SavedConfig))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(TidbWire.Status), TypeInfoPropertyName = "TidbStatus")]
[JsonSerializable(typeof(TidbWire.Server))]
[JsonSerializable(typeof(TidbWire.Servers))]
[JsonSerializable(typeof(EtcdWire.Range))]
[JsonSerializable(typeof(PumpsWire), TypeInfoPropertyName = "Pumps")]
[JsonSerializable(typeof(DrainerStatus), TypeInfoPropertyName = "Drainer")]
[JsonSerializable(typeof(SparkMaster.Page), TypeInfoPropertyName = "SparkPage")]
internal sealed partial class TiDbJsonContext : JsonSerializerContext;

/// <summary>Reads the output of the programs (docs/research/tidb.md#pump-and-drainer).</summary>
internal static partial class ToolOutput
{
    private const int QuotedCharacters = 200;

    /// <summary>The version in the output of <c>-V</c>, plain (3.0.9); null if there is none.</summary>
    public static string? Version(string output)
    {
        var match = Release().Match(output);
        return match.Success ? TiDbVersion.Plain(match.Groups["version"].Value) : null;
    }

    public static string? GitHash(string output)
    {
        var match = Hash().Match(output);
        return match.Success ? match.Groups["hash"].Value : null;
    }

    /// <summary>Asks a program for its version.</summary>
    /// <exception cref="HostException">It could not be run.</exception>
    public static async Task<ProgramVersion> AskAsync(IHostFiles host, string path, CancellationToken cancellationToken)
    {
        var result = await host.RunAsync(new RemoteCommand(path, PreparePackage.Ask), cancellationToken);
        var output = result.Output + "\n" + result.Errors;
        return new ProgramVersion(Version(output), GitHash(output), Excerpt(result.Output + result.Errors));
    }

    /// <summary>Whether the output of a configuration check says so; the exit code alone is not relied upon
    /// (docs/research/tidb.md#tikv).</summary>
    public static bool ChecksConfiguration(string output) =>
        output.Contains("config check successful", StringComparison.OrdinalIgnoreCase);

    public static string Excerpt(string text)
    {
        var line = ForeignText.Words(text, QuotedCharacters);
        return line.Length == 0 ? "(empty)" : line;
    }

    [GeneratedRegex(
        @"Release Version:\s*(?<version>v?\d[^\s]*)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Release();

    [GeneratedRegex(
        @"Git Commit Hash:\s*(?<hash>[0-9a-f]{7,40})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Hash();
}

/// <summary>What a program prints about itself with <c>-V</c>.</summary>
/// <param name="Version">Its version, plain; null if it prints none.</param>
/// <param name="GitHash">The commit that it was built from; null if it prints none.</param>
internal sealed record ProgramVersion(string? Version, string? GitHash, string Output)
{
    public override string ToString() => Version ?? Output;
}
