namespace Drydock.Tests.EndToEnd.Support;

/// <summary>A manifest that <c>kubectl drydock init</c> wrote, as its user fills it in.</summary>
/// <param name="file">Where it is.</param>
internal sealed class WrittenManifest(string file)
{
    /// <summary>Where it is.</summary>
    public string File { get; } = file;

    /// <summary>Replaces a text that the manifest must have exactly once.</summary>
    public async Task FillAsync(string placeholder, string value)
    {
        var text = await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken);
        text.Split(placeholder).Length.ShouldBe(2, $"'{placeholder}' in:\n{text}");
        await System.IO.File.WriteAllTextAsync(
            File, text.Replace(placeholder, value, StringComparison.Ordinal), TestContext.Current.CancellationToken);
    }

    /// <summary>Adds fields to the spec.</summary>
    public Task AddAsync(string lines) =>
        System.IO.File.AppendAllTextAsync(File, lines, TestContext.Current.CancellationToken);
}
