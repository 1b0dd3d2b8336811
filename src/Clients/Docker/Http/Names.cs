namespace Drydock.Clients.Docker;

/// <summary>Ids and references as parts of a path. A value that could address another path is refused: an empty id
/// would change the meaning of a removal.</summary>
internal static class Names
{
    public static string Container(string id) => Segment(id.StartsWith('/') ? id[1..] : id, nameof(id));

    public static string Exec(string id) => Segment(id, nameof(id));

    public static string Image(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return string.Join('/', name.Split('/').Select(part => Segment(part, nameof(name))));
    }

    /// <summary>The reference with a tag or digest.</summary>
    public static string Tagged(string image)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(image);
        return image.AsSpan(image.LastIndexOf('/') + 1).IndexOfAny(':', '@') >= 0 ? image : image + ":latest";
    }

    private static string Segment(string text, string parameter) =>
        string.IsNullOrWhiteSpace(text) || text is "." or ".." || text.AsSpan().IndexOfAny("/\\\r\n") >= 0
            ? throw new ArgumentException($"'{text}' is neither an id nor a name.", parameter)
            : Uri.EscapeDataString(text);
}
