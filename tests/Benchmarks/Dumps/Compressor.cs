using System.IO.Compression;
using System.Security.Cryptography;

namespace Drydock.Benchmarks;

/// <summary>
/// The operator's compressor with its settings, as a filter for the plain tools. With it the comparison measures tools
/// and not compressors.
/// </summary>
internal static class Compressor
{
    private const int BufferBytes = 256 * 1024;
    private const string Ending = ".gz";
    private const string Sums = "SHA256SUMS";

    /// <summary>
    /// Filters standard input to standard output, or converts every file of a folder, as many at a time as there are
    /// processors.
    /// </summary>
    /// <param name="verb"><c>compress</c> or <c>decompress</c>.</param>
    /// <param name="from">The source folder; null for the filter.</param>
    /// <param name="to">The destination folder.</param>
    public static async Task RunAsync(string verb, string? from, string? to, CancellationToken cancellationToken)
    {
        if (from is null || to is null)
        {
            await using var output = Console.OpenStandardOutput();
            await using var input = Console.OpenStandardInput();
            await PassAsync(verb, input, output, cancellationToken);
            return;
        }

        await Parallel.ForEachAsync(
            Directory.EnumerateFiles(from).Where(file => Path.GetFileName(file) != Sums),
            new ParallelOptions
            {
                MaxDegreeOfParallelism = Environment.ProcessorCount,
                CancellationToken = cancellationToken
            },
            async (file, token) =>
            {
                var name = Path.GetFileName(file);
                await FileAsync(
                    verb, file, Path.Combine(to, verb == "compress" ? name + Ending : name[..^Ending.Length]), token);
            });
        if (verb == "compress")
        {
            await SumAsync(to, cancellationToken);
        }
    }

    public static async Task FileAsync(string verb, string from, string to, CancellationToken cancellationToken)
    {
        await using var input = File.OpenRead(from);
        await using var output = File.Create(to);
        await PassAsync(verb, input, output, cancellationToken);
    }

    private static async Task PassAsync(string verb, Stream input, Stream output, CancellationToken cancellationToken)
    {
        if (verb == "compress")
        {
            await using var gzip = new GZipStream(output, CompressionLevel.Fastest);
            await input.CopyToAsync(gzip, BufferBytes, cancellationToken);
        }
        else
        {
            await using var gzip = new GZipStream(input, CompressionMode.Decompress);
            await gzip.CopyToAsync(output, BufferBytes, cancellationToken);
        }
    }

    private static async Task SumAsync(string folder, CancellationToken cancellationToken)
    {
        var sums = new List<string>();
        foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            await using var stored = File.OpenRead(file);
            sums.Add(
                $"{Convert.ToHexStringLower(await SHA256.HashDataAsync(stored, cancellationToken))}  "
                + $"{Path.GetFileName(file)}");
        }

        await File.WriteAllLinesAsync(Path.Combine(folder, Sums), sums, cancellationToken);
    }
}
