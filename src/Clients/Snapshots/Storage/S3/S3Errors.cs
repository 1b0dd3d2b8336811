using System.Security.Authentication;
using Amazon.Runtime;
using Amazon.S3;

namespace Drydock.Clients.Snapshots;

/// <summary>Describes errors of the storage and what to do.</summary>
internal static class S3Errors
{
    internal static bool IsPrecondition(AmazonS3Exception e) =>
        e.StatusCode == HttpStatusCode.PreconditionFailed || e.ErrorCode == "PreconditionFailed";

    internal static bool IsNotImplemented(AmazonS3Exception e) =>
        e.StatusCode == HttpStatusCode.NotImplemented || e.ErrorCode == "NotImplemented";

    internal static bool IsMissing(AmazonS3Exception e) =>
        e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode != "NoSuchBucket";

    internal static bool IsTransient(Exception? error) => error switch
    {
        // A retry does not change a refused address.
        not null when EndpointRefusedException.In(error) is not null => false,
        AmazonS3Exception e when IsNotImplemented(e) => false,
        AmazonS3Exception e => (int)e.StatusCode >= 500
            || e.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
            || e.ErrorCode is "SlowDown"
                or "InternalError"
                or "RequestTimeout"
                or "ServiceUnavailable"
                or "BadDigest"
                or "XAmzContentSHA256Mismatch"
                or "OperationAborted"
                or "ConditionalRequestConflict"
            || (IsUnanswered(e) && IsTransient(e.InnerException)),

        // A retry does not change a certificate.
        not null when Certificate(error) is not null => false,
        HttpRequestException or SocketException or IOException or TimeoutException => true,
        AmazonClientException e => IsTransient(e.InnerException),
        _ => false,
    };

    /// <summary>Whether the error comes from the storage or the network. The SDK sometimes throws the inner exception
    /// of an HttpRequestException.</summary>
    internal static bool IsStorageError(Exception error) =>
        error is AmazonClientException
            or AmazonServiceException
            or HttpRequestException
            or SocketException
            or IOException
            or TimeoutException;

    /// <summary>The readable error: the request, the storage, the failure and what to do. It contains no key and no
    /// token.</summary>
    internal static SnapshotException Describe(S3StorageOptions options, string verb, string name, Exception error) =>
        new(SnapshotFailure.StorageUnusable, $"Cannot {verb} '{name}' in {options}: {Reason(options, error)}", error);

    private static AuthenticationException? Certificate(Exception? error) =>
        error is null ? null : error as AuthenticationException ?? Certificate(error.InnerException);

    private static bool IsUnanswered(AmazonS3Exception error) => (int)error.StatusCode == 0;

    private static string Reason(S3StorageOptions options, Exception error)
    {
        if (Certificate(error) is { } refused)
        {
            return $"the TLS certificate of the storage was not accepted ({refused.Message.TrimEnd('.')}); "
                + "put the authority that signed it into the key ca.crt of the Secret, and check the host name in the "
                + "endpoint";
        }

        if (EndpointRefusedException.In(error) is { } address)
        {
            return address.Message;
        }

        for (var inner = error; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case AmazonS3Exception answer when !IsUnanswered(answer):
                    return Answer(options, answer);
                case TimeoutException:
                    return $"{inner.Message}; check that {options.Endpoint.Authority} is reachable and not overloaded";
                case HttpRequestException or SocketException:
                    return $"no connection to {options.Endpoint.Authority} "
                        + $"({HttpFailure.Describe(inner).TrimEnd('.')}); check the endpoint, the network and that the "
                        + "storage is running";
                case IOException:
                    return $"the connection to {options.Endpoint.Authority} broke "
                        + $"({HttpFailure.Describe(inner).TrimEnd('.')}); check the network and the storage";
            }
        }

        return Sentences.Open(error.Message);
    }

    // The server's own message is omitted if it may repeat sent data (an access key, a string to sign).
    private static string Answer(S3StorageOptions options, AmazonS3Exception error)
    {
        var answer = $"the storage answered {(int)error.StatusCode} {error.ErrorCode}".TrimEnd();
        return error.ErrorCode switch
        {
            "NoSuchBucket" =>
                $"{answer}; bucket '{options.Bucket}' does not exist: create it, or correct the name of the bucket",
            "InvalidAccessKeyId" =>
                $"{answer}; the storage does not know the access key: correct accessKey in the Secret",
            "SignatureDoesNotMatch" =>
                $"{answer}; the secret key does not belong to the access key, or region '{options.Region}' is wrong: "
                    + "correct secretKey in the Secret, or region",
            "ExpiredToken" or "InvalidToken" =>
                $"{answer}; the temporary credentials have expired or are invalid: "
                    + "renew accessKey, secretKey and sessionToken in the Secret",
            "RequestTimeTooSkewed" =>
                $"{answer}; the clocks of the operator's host and the storage differ too much: repair NTP",
            "EntityTooLarge" => $"{answer}; the storage does not accept objects of this size",
            "QuotaExceeded" or "InsufficientCapacity" or "XMinioStorageFull" =>
                $"{answer}; the storage is full: free some space or raise the quota",
            "PermanentRedirect"
                or "TemporaryRedirect"
                or "AuthorizationHeaderMalformed"
                or "IllegalLocationConstraintException" =>
                $"{answer}; the bucket is in another region or at another endpoint: correct region and endpoint",
            "NotImplemented" =>
                $"{answer}; the storage does not support the required features (multipart uploads, conditional or "
                    + "ranged requests)",
            _ => error.StatusCode switch
            {
                HttpStatusCode.Forbidden =>
                    $"{answer}; the credentials lack a permission on bucket '{options.Bucket}' (needed: "
                        + "s3:ListBucket, s3:ListBucketMultipartUploads, s3:GetObject, s3:PutObject, s3:DeleteObject, "
                        + "s3:AbortMultipartUpload)",
                >= HttpStatusCode.InternalServerError =>
                    $"{answer} repeatedly; the storage is overloaded or broken: check it, then retry",
                HttpStatusCode.Unauthorized => $"{answer}; correct accessKey and secretKey in the Secret",
                HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect =>
                    $"{answer}; the bucket is in another region or at another endpoint: correct region and endpoint",
                _ => answer,
            },
        };
    }
}
