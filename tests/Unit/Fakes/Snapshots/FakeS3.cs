using System.Collections.Concurrent;
using Drydock.Crds.Values;
using Microsoft.AspNetCore.Http;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>A bucket on loopback that speaks S3: it keeps the lengths of objects, and checks the digests of every
/// body.</summary>
internal sealed class FakeS3 : IAsyncDisposable
{
    private readonly FakeApiServer _server;
    private readonly ConcurrentDictionary<string, (string Writer, ConcurrentDictionary<int, long> Parts)> _uploads =
        new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    private FakeS3(FakeApiServer server) => _server = server.Otherwise(AnswerAsync);

    /// <summary>Answers a request in place of the bucket; false leaves it to the bucket.</summary>
    public Func<HttpContext, string, Task<bool>> Instead { get; set; } = (_, _) => Task.FromResult(false);

    public ConcurrentDictionary<string, (long Bytes, string Writer)> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>What was asked: put, begin, part, complete, abort, head.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public IEnumerable<string> Unfinished => _uploads.Keys;

    /// <summary>The most uploads that were unfinished at one time.</summary>
    public int MostUploads { get; private set; }

    public static async Task<FakeS3> StartAsync() => new(await FakeApiServer.StartAsync());

    public static Task RefuseAsync(HttpContext context, int code, string name)
    {
        context.Response.StatusCode = code;
        return XmlAsync(context, $"<Error><Code>{name}</Code><Message>no</Message></Error>");
    }

    public S3StorageOptions Options(int retries = 3, Backoff? pauses = null) => new()
    {
        Endpoints = EndpointPolicy.Unrestricted,
        Endpoint = _server.Address,
        Bucket = "bucket",
        AccessKey = "not-a-real-key",
        SecretKey = "not-a-real-secret",
        PartBytes = 5 << 20,
        Retries = retries,
        Pauses = pauses ?? new() { First = TimeSpan.FromMilliseconds(1) },
    };

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static Task XmlAsync(HttpContext context, string body)
    {
        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync(body);
    }

    private static string Kind(HttpRequest request) => request.Method switch
    {
        "PUT" => request.Query.ContainsKey("partNumber") ? "part" : "put",
        "POST" => request.Query.ContainsKey("uploads") ? "begin" : "complete",
        "DELETE" => "abort",
        _ => "head",
    };

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        var (kind, key, upload) =
            (Kind(request), request.Path.Value!["/bucket/".Length..], request.Query["uploadId"].ToString());
        Requests.Enqueue(kind);
        var bytes = await CheckedAsync(request, hasDigest: kind is "put" or "part");
        if (await Instead(context, kind))
        {
            return;
        }

        context.Response.Headers.ETag = "\"e\"";
        switch (kind)
        {
            case "head" when Objects.TryGetValue(key, out var found):
                context.Response.ContentLength = found.Bytes;
                context.Response.Headers["x-amz-meta-drydock-writer"] = found.Writer;
                break;
            case "head":
                context.Response.StatusCode = 404;
                break;
            case "put" or "complete" when request.Headers.IfNoneMatch == "*" && Objects.ContainsKey(key):
                await RefuseAsync(context, 412, "PreconditionFailed");
                break;
            case "put":
                Objects[key] = (bytes, WriterOf(request));
                break;
            case "begin":
                var id = Guid.NewGuid().ToString("N");
                _uploads[id] = (WriterOf(request), new());
                lock (_lock)
                {
                    MostUploads = Math.Max(MostUploads, _uploads.Count);
                }

                await XmlAsync(
                    context,
                    $"<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>");
                break;
            case "part" when _uploads.TryGetValue(upload, out var open):
                open.Parts[int.Parse(request.Query["partNumber"]!, CultureInfo.InvariantCulture)] = bytes;
                break;
            case "complete" when _uploads.TryRemove(upload, out var done):
                Objects[key] = (done.Parts.Values.Sum(), done.Writer);
                await XmlAsync(
                    context, "<CompleteMultipartUploadResult><ETag>\"e\"</ETag></CompleteMultipartUploadResult>");
                break;
            case "abort" when _uploads.TryRemove(upload, out _):
                context.Response.StatusCode = 204;
                break;
            default:
                await RefuseAsync(context, 404, "NoSuchUpload");
                break;
        }
    }

    private static string WriterOf(HttpRequest request) => request.Headers["x-amz-meta-drydock-writer"].ToString();

    private static async Task<long> CheckedAsync(HttpRequest request, bool hasDigest)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        var content = body.ToArray();
        if (request.Headers["x-amz-content-sha256"].ToString() != Convert.ToHexStringLower(SHA256.HashData(content))
            || (hasDigest && request.Headers.ContentMD5 != Convert.ToBase64String(Md5(content))))
        {
            throw new InvalidOperationException($"{request.Method} {request.Path} has not the digests of its body");
        }

        return content.Length;
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Security", "CA5351:Do Not Use Broken Cryptographic Algorithms",
        Justification = "Content-MD5 is what S3 calls for.")]
    private static byte[] Md5(byte[] content) => MD5.HashData(content);
}
