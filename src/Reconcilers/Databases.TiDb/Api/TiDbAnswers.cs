namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Reads answers strictly (docs/research/tidb.md#rules): another status than 200, text that is not JSON, or a
/// missing key is never accepted as an answer. Unknown keys are skipped. Where Go omits zero values, an absent key is
/// 0. Ids are unsigned 64-bit numbers (docs/research/tidb.md#pd-as-observed).</summary>
internal static class TiDbAnswers
{
    /// <summary>Asks with GET.</summary>
    /// <exception cref="TiDbApiException">The answer is not the documented one.</exception>
    public static async Task<T> GetAsync<TWire, T>(
        this IServiceHttp http,
        Endpoint at,
        string path,
        JsonTypeInfo<TWire> type,
        Func<TWire, T> map,
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
                Reasons.AnswerUnusable,
                $"{what} answered {answer.Status}: {ToolOutput.Excerpt(answer.Body)}",
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
                answer.Status,
                exception);
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
        answer.Status,
        cause);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
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
