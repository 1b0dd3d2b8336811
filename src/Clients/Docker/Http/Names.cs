namespace Drydock.Clients.Docker;

/// <summary>
/// Ids and references as parts of a path. A value that could address another path is refused: an empty id would change
/// the meaning of a removal.
/// </summary>
internal static class Names
{
    /// <summary>A container, by id or name; the leading slash of a name is removed.</summary>
    public static string Container(string id) => Segment(id.StartsWith('/') ? id[1..] : id, nameof(id));

    /// <summary>An exec instance.</summary>
    public static string Exec(string id) => Segment(id, nameof(id));

    /// <summary>An image reference or ID, its slashes kept.</summary>
    public static string Image(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return string.Join('/', name.Split('/').Select(part => Segment(part, nameof(name))));
    }

    /// <summary>
    /// A reference to one image: without tag and digest the engine would pull every tag.
    /// </summary>
    public static string OneImage(string image, string? tag)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(image);
        if (tag is not null)
        {
            return image;
        }

        var last = image[(image.LastIndexOf('/') + 1)..];
        return last.Contains(':', StringComparison.Ordinal) || last.Contains('@', StringComparison.Ordinal)
            ? image
            : image + ":latest";
    }

    private static string Segment(string text, string parameter) =>
        string.IsNullOrWhiteSpace(text) || text is "." or ".." || text.AsSpan().IndexOfAny("/\\\r\n") >= 0
            ? throw new ArgumentException($"'{text}' is neither an id nor a name.", parameter)
            : Uri.EscapeDataString(text);
}
