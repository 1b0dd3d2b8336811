namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Reads answers strictly (docs/project/research/tidb.md#rules): another status than 200, text that is not
/// JSON, or a missing key is never accepted as an answer. Unknown keys are skipped. Where Go omits zero values, an
/// absent key is
/// 0. Ids are unsigned 64-bit numbers (docs/project/research/tidb.md#pd-as-observed).</summary>
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

/// <summary>A process of the cluster refused a request, or its answer is not the documented one.</summary>
/// <param name="reason">A stable word, one of <see cref="Crds.Common.Reasons"/>.</param>
/// <param name="message">Host, port, request and the words of the answer.</param>
/// <param name="status">The HTTP status of the answer; 0 if there was none.</param>
internal sealed class TiDbApiException(string reason, string message, int status = 0, Exception? innerException = null)
    : TargetException(reason, message, innerException)
{
    /// <summary>The HTTP status of the answer; 0 if there was none.</summary>
    public int Status => status;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PdClient.Health))]
[JsonSerializable(typeof(List<PdMembership.HealthEntry>))]
[JsonSerializable(typeof(PdMembership.MembersAnswer))]
[JsonSerializable(typeof(PdMembership.BuildAnswer))]
[JsonSerializable(typeof(PdStores.StoresAnswer))]
[JsonSerializable(typeof(PdStores.StoreAnswer))]
[JsonSerializable(typeof(PdRegionList.RegionEntry))]
[JsonSerializable(typeof(PdScheduling.ConfigAnswer))]
[JsonSerializable(typeof(PdScheduling.SavedConfig))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(TidbStatusClient.StatusAnswer))]
[JsonSerializable(typeof(TidbStatusClient.ServerEntry))]
[JsonSerializable(typeof(TidbStatusClient.ServersAnswer))]
[JsonSerializable(typeof(TidbRegistry.RangeAnswer))]
[JsonSerializable(typeof(PumpsWire), TypeInfoPropertyName = "Pumps")]
[JsonSerializable(typeof(DrainerStatus), TypeInfoPropertyName = "Drainer")]
[JsonSerializable(typeof(SparkMaster.Page), TypeInfoPropertyName = "SparkPage")]
internal sealed partial class TiDbJsonContext : JsonSerializerContext;

/// <summary>Metrics in Prometheus' text format.</summary>
internal sealed class PrometheusText(List<(string Name, string Labels, double Value)> samples)
{
    /// <summary>Reads an answer.</summary>
    /// <exception cref="TiDbApiException">Another status than 200, or not a single sample in it.</exception>
    public static PrometheusText Read(ServiceAnswer answer, string what)
    {
        if (answer.Status != 200)
        {
            throw new TiDbApiException(
                Reasons.AnswerUnusable, $"{what} answered {answer.Status}: {ToolOutput.Excerpt(answer.Body)}",
                answer.Status);
        }

        var read = answer.Body.Split('\n').Select(Sample).OfType<(string, string, double)>().ToList();
        return read.Count > 0
            ? new PrometheusText(read)
            : throw new TiDbApiException(
                Reasons.AnswerUnusable,
                $"{what} answered no metrics ({answer.Kind}). Check what listens on that port.",
                answer.Status);
    }

    public double? Sum(Func<string, bool> name, Func<string, bool>? labels = null)
    {
        var found = samples.Where(s => name(s.Name) && (labels is null || labels(s.Labels))).ToList();
        return found.Count == 0 ? null : found.Sum(s => s.Value);
    }

    private static (string, string, double)? Sample(string line)
    {
        line = line.Trim();
        if (line.Length == 0 || line[0] == '#')
        {
            return null;
        }

        var (open, close) = (line.IndexOf('{', StringComparison.Ordinal), line.LastIndexOf('}'));
        var nameEnd = open >= 0 ? open : line.IndexOf(' ', StringComparison.Ordinal);
        var rest = open >= 0 ? close : nameEnd;
        if (nameEnd <= 0 || rest < 0 || (open >= 0 && close < open))
        {
            return null;
        }

        var labels = open >= 0 ? line[(open + 1)..close] : "";
        var value = line[(rest + 1)..].Trim().Split(' ')[0];
        return double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? (line[..nameEnd], labels, number)
            : null;
    }
}

/// <summary>Reads the output of the programs (docs/project/research/tidb.md#pump-and-drainer).</summary>
internal static partial class ToolOutput
{
    /// <summary>The argument by which a program is asked for its version.</summary>
    public const string AskVersion = "-V";

    private const int QuotedCharacters = 200;

    /// <summary>The version in the output of <c>-V</c>, plain (3.0.9); null if there is none.</summary>
    public static string? Version(string output) =>
        Release().Match(output) is { Success: true } match ? TiDbVersion.Plain(match.Groups["version"].Value) : null;

    /// <summary>Asks a program for its version.</summary>
    /// <exception cref="HostException">It could not be run.</exception>
    public static async Task<ProgramVersion> AskAsync(IHostFiles host, string path, CancellationToken cancellationToken)
    {
        var result = await host.AskAsync(new RemoteCommand(path, AskVersion), cancellationToken);
        var output = result.Output + "\n" + result.Errors;
        return new ProgramVersion(
            Version(output), Hash().Match(output) is { Success: true } match ? match.Groups["hash"].Value : null,
            Excerpt(result.Output + result.Errors));
    }

    /// <summary>Whether the output of a configuration check says so; the exit code alone is not relied upon
    /// (docs/project/research/tidb.md#tikv).</summary>
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
