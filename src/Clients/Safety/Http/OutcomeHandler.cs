using Polly;
using Polly.Retry;

namespace Drydock.Clients.Safety;

/// <summary>Gives every HTTP client what <see cref="HttpClient"/> lacks: an answer is limited in time and length, a
/// change is never sent twice, a read is repeated, and each failure says whether the request may have been carried out
/// (<see cref="HttpOutcomeException"/>). Any status is an answer.</summary>
public sealed class OutcomeHandler : DelegatingHandler
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly OutcomeLimits _limits;
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline<HttpResponseMessage> _repeat;

    public OutcomeHandler(HttpMessageHandler inner, OutcomeLimits limits, TimeProvider time)
        : base(inner)
    {
        (_limits, _time) = (limits, time);
        _repeat = limits.ReadRetries == 0
            ? ResiliencePipeline<HttpResponseMessage>.Empty
            : new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }.AddRetry(Retries()).Build();
    }

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Method != HttpMethod.Get && request.Method != HttpMethod.Head)
        {
            // SocketsHttpHandler silently sends a request again whose connection ended before an answer, unless it has
            // a body.
            request.Content ??= new ByteArrayContent([]);
        }

        return RequestTerms.Of(request).Silence is null && (IsRead(request) || _limits.Refusals.Count > 0)
            ? await _repeat.ExecuteAsync(
                async token => await OnceAsync(request, token).ConfigureAwait(false),
                cancellationToken).ConfigureAwait(false)
            : await OnceAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private RetryStrategyOptions<HttpResponseMessage> Retries() => new()
    {
        MaxRetryAttempts = _limits.ReadRetries,
        Delay = _limits.FirstRetryAfter,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        ShouldHandle = a => ValueTask.FromResult(IsTransient(a.Outcome.Exception, a.Outcome.Result)),
        DelayGenerator = a => ValueTask.FromResult(Wait(a.Outcome.Result)),
        OnRetry = static a =>
        {
            a.Outcome.Result?.Dispose();
            return ValueTask.CompletedTask;
        },
    };

    // A server that did not answer in time is not asked again: that would only multiply the wait.
    private bool IsTransient(Exception? failure, HttpResponseMessage? answer) =>
        failure is HttpOutcomeException
        {
            MayHaveRun: false, Problem: HttpProblem.Unreachable or HttpProblem.Interrupted,
        } outcome
            ? !_limits.IsFinal(outcome)
            : answer is not null && (IsRead(answer.RequestMessage!) ? _limits.Passing : _limits.Refusals).Contains(
                answer.StatusCode);

    private TimeSpan? Wait(HttpResponseMessage? answer)
    {
        var after = answer?.Headers.RetryAfter;
        return (after?.Delta ?? after?.Date - _time.GetUtcNow()) is not { } wait ? null
            : wait > LongestWait ? LongestWait
            : wait > TimeSpan.Zero ? wait
            : TimeSpan.Zero;
    }

    private async Task<HttpResponseMessage> OnceAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var terms = RequestTerms.Of(request);
        var attempt = new RequestAttempt(terms.Limit ?? _limits.Time, _limits.AnswerBytes, IsRead(request), _time);
        HttpResponseMessage? response = null;
        try
        {
            using var either = attempt.Link(cancellationToken);
            response = await base.SendAsync(request, either.Token).ConfigureAwait(false);
            response.RequestMessage ??= request;
            if (response.StatusCode == HttpStatusCode.SwitchingProtocols)
            {
                return response;
            }

            if (!response.IsSuccessStatusCode)
            {
                await KeepBeginningAsync(response, either.Token).ConfigureAwait(false);
            }
            else if (!terms.IsStreamed)
            {
                await response.Content.LoadIntoBufferAsync(_limits.AnswerBytes, either.Token).ConfigureAwait(false);
            }
            else
            {
                var body = await response.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false);
                var streamed = new StreamContent(new StreamedBody(response.Content, body, attempt, terms.Silence));
                foreach (var header in response.Content.Headers)
                {
                    streamed.Headers.TryAddWithoutValidation(header.Key, header.Value);
                }

                response.Content = streamed;
                attempt = null;
            }

            return response;
        }
        catch (Exception e) when (RequestAttempt.IsFailure(e, cancellationToken))
        {
            response?.Dispose();
            throw attempt!.Failed(e, response is not null);
        }
        finally
        {
            attempt?.Dispose();
        }
    }

    private static bool IsRead(HttpRequestMessage request) =>
        RequestTerms.Of(request).IsRead ?? (request.Method == HttpMethod.Get || request.Method == HttpMethod.Head);

    // The status is the answer: only its reason is lost if the body ends early.
    private static async Task KeepBeginningAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var bytes = new byte[
            Math.Min(OutcomeLimits.ErrorBytes, response.Content.Headers.ContentLength ?? OutcomeLimits.ErrorBytes)];
        var length = 0;
        try
        {
            var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            int read;
            while (length < bytes.Length
                && (read = await body.ReadAsync(bytes.AsMemory(length), cancellationToken).ConfigureAwait(false)) > 0)
            {
                length += read;
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // See above.
        }

        var beginning = new ByteArrayContent(bytes, 0, length);
        beginning.Headers.ContentType = response.Content.Headers.ContentType;
        response.Content.Dispose();
        response.Content = beginning;
    }
}
