namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>A page that a process answered with. Answers are read strictly: status 200, complete JSON, no error in it,
/// and every key that must be there (docs/research/yugabytedb.md#rules). An answer that cannot be read never counts as
/// empty.</summary>
/// <typeparam name="T">The page.</typeparam>
/// <param name="what">The address and the page, for messages.</param>
/// <param name="body">The answer.</param>
/// <param name="content">The page.</param>
internal sealed class YbPage<T>(string what, string body, T content)
{
    public T Content => content;

    /// <summary>The elements of a list; none of them may be null.</summary>
    public IEnumerable<TItem> All<TItem>(IEnumerable<TItem?> items, string key)
        where TItem : class => items.Select(i => i ?? throw Unusable($"an element of {key} is null"));

    public TPart Part<TPart>(JsonElement json, JsonTypeInfo<TPart> type) => YbPage.Deserialize(what, body, json, type);

    public YbAnswerException Unusable(string problem) => new(what, problem, body);
}

/// <summary>Reads pages.</summary>
internal static class YbPage
{
    private static readonly string[] ErrorKeys = ["error", "Error"];

    public static YbPage<T> Read<T>(string what, ServiceAnswer answer, JsonTypeInfo<T> type)
    {
        if (answer.Status != 200)
        {
            var status = answer.Status.ToString(CultureInfo.InvariantCulture);
            throw new YbAnswerException(what, $"status {status}", answer.Body);
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(answer.Body);
        }
        catch (JsonException exception)
        {
            throw new YbAnswerException(what, $"no JSON in line {exception.LineNumber + 1}", $"({answer.Kind})");
        }

        using (document)
        {
            var root = document.RootElement;
            foreach (var key in root.ValueKind == JsonValueKind.Object ? ErrorKeys : [])
            {
                if (root.TryGetProperty(key, out var error))
                {
                    throw new YbAnswerException(what, $"it reports an error: {error}", answer.Body);
                }
            }

            return new YbPage<T>(what, answer.Body, Deserialize(what, answer.Body, root, type));
        }
    }

    /// <summary>Reads an answer that grows with the data while it arrives.</summary>
    /// <exception cref="YbAnswerException">It is not such a page.</exception>
    public static async Task<YbPage<T>> ReadAsync<T>(
        string what, ServiceStream answer, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        if (answer.Status != 200)
        {
            throw new YbAnswerException(
                what, $"status {answer.Status.ToString(CultureInfo.InvariantCulture)}", $"({answer.ContentType})");
        }

        try
        {
            var content = await JsonSerializer.DeserializeAsync(answer.Content, type, cancellationToken);
            return new YbPage<T>(
                what, "", content ?? throw new YbAnswerException(what, "it is null", $"({answer.ContentType})"));
        }
        catch (JsonException exception)
        {
            throw new YbAnswerException(
                what, $"another form is expected: {exception.Message}", $"({answer.ContentType})");
        }
    }

    internal static T Deserialize<T>(string what, string body, JsonElement json, JsonTypeInfo<T> type)
    {
        try
        {
            return json.Deserialize(type) ?? throw new YbAnswerException(what, "it is null", body);
        }
        catch (JsonException exception)
        {
            throw new YbAnswerException(what, $"another form is expected: {exception.Message}", body);
        }
    }
}

/// <summary>A process gave an answer that cannot be used: an error page with status 200, incomplete JSON, a missing key
/// (docs/research/yugabytedb.md#rules).</summary>
/// <param name="what">The address and the page.</param>
/// <param name="problem">What is wrong with the answer.</param>
/// <param name="body">The answer; its beginning is part of the message.</param>
internal sealed class YbAnswerException(string what, string problem, string body)
    : TargetException(
        Reasons.AnswerUnusable, $"{what} gave an unusable answer ({problem}): {Cut(body)}.")
{
    private const int Longest = 200;

    public override bool IsRequestNotTaken => true;

    private static string Cut(string body)
    {
        var text = body.Trim().ReplaceLineEndings(" ");
        return text.Length switch
        {
            0 => "nothing",
            > Longest => $"'{text[..Longest]}…'",
            _ => $"'{text}'",
        };
    }
}
