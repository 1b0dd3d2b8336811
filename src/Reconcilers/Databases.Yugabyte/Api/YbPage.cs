using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// A page that a process answered with. Answers are read strictly: status 200, complete JSON, no error in it, and every
/// key that must be there (docs/research/yugabytedb.md#rules). An answer that cannot be read never counts as empty.
/// </summary>
/// <typeparam name="T">The page.</typeparam>
/// <param name="what">The address and the page, for messages.</param>
/// <param name="body">The answer.</param>
/// <param name="content">The page.</param>
internal sealed class YbPage<T>(string what, string body, T content)
{
    public T Content => content;

    /// <summary>The elements of a list; none of them may be null.</summary>
    /// <exception cref="YbAnswerException">One is.</exception>
    public IEnumerable<TItem> All<TItem>(IEnumerable<TItem?> items, string key)
        where TItem : class => items.Select(i => i ?? throw Unusable($"an element of {key} is null"));

    /// <summary>Reads a part whose form depends on the version.</summary>
    /// <exception cref="YbAnswerException">It has another form.</exception>
    public TPart Part<TPart>(JsonElement json, JsonTypeInfo<TPart> type) => YbPage.Deserialize(what, body, json, type);

    /// <summary>The answer is unusable for another reason.</summary>
    public YbAnswerException Unusable(string problem) => new(what, problem, body);
}

/// <summary>Reads pages.</summary>
internal static class YbPage
{
    private static readonly string[] ErrorKeys = ["error", "Error"];

    /// <summary>Reads an answer.</summary>
    /// <exception cref="YbAnswerException">It is not such a page.</exception>
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
