package httpapi

import (
	"context"
	"net/http"
	"time"

	"segue/internal/activation"
	"segue/internal/httpapi/wire"
	"segue/internal/store"
)

func (a *api) noticeOperations() {
	const tag = "notices"
	register(a, endpoint{
		id: "get-status", method: http.MethodGet, path: "/status", tag: "refresh", summary: "See how everything stands",
		description: "Every task of the pipeline in its order, data sources, profile, segments, exports: status, last five runs, progress, error with remedy, next run. An export with a schedule of its own is told by its own runs alone.",
	}, a.getStatus)
	register(a, endpoint{
		id: "set-freshness", method: http.MethodPut, path: "/exports/{id}/freshness", tag: "exports", summary: "Set an export's freshness objective",
		description: "Within which time a run must have succeeded. Where none has, the export is late, and a message goes out.",
		errors:      []activation.Code{activation.CodeNotFound, activation.CodeConflict},
	}, a.setFreshness)
	register(a, endpoint{
		id: "get-notice-settings", method: http.MethodGet, path: "/notice-settings", tag: tag, summary: "Get on which ways messages go out",
		description: "The mail server and the webhook. Password and secret are never shown.",
	}, a.getNoticeSettings)
	register(a, endpoint{
		id: "put-notice-settings", method: http.MethodPut, path: "/notice-settings", tag: tag, summary: "Set on which ways messages go out",
		description: "What happened before a way was switched on is not told on it.", errors: []activation.Code{activation.CodeConflict},
	}, a.putNoticeSettings)
	register(a, endpoint{
		id: "test-notices", method: http.MethodPost, path: "/notice-settings/test", tag: tag, summary: "Send a test message",
		description: "Sends a message now, once, on a way that is set, switched on or not.",
		errors:      []activation.Code{activation.CodeNotReady, activation.CodeRefused},
	}, a.testNotices)
	register(a, endpoint{
		id: "list-notices", method: http.MethodGet, path: "/notices", tag: tag, summary: "List messages", description: "Messages of the last 90 days with their deliveries, newest first.",
	}, a.listNotices)
	register(a, endpoint{
		id: "choose-notices", method: http.MethodPut, path: "/me/notices", tag: "me", summary: "Choose whether one gets messages",
		description: "Administrators get messages unless they say no, contributors if they say yes, viewers never.",
	}, a.chooseNotices)
}

func (a *api) getStatus(ctx context.Context, _ *nothing) (*body[wire.Status], error) {
	list, err := a.cfg.Services.Refresh.Status(ctx)
	if err != nil {
		return nil, err
	}
	return answer(wire.FromStatus(list, a.cfg.Clock())), nil
}

func (a *api) setFreshness(ctx context.Context, in *change[wire.FreshnessInput]) (*body[wire.Export], error) {
	e, err := a.cfg.Services.Exports.SetFreshness(ctx, activation.ExportID(in.ID), time.Duration(in.Body.WithinMinutes)*time.Minute, in.Body.Version)
	if err != nil {
		return nil, err
	}
	return a.oneExport(ctx, e.ID)
}

func (a *api) getNoticeSettings(ctx context.Context, _ *nothing) (*body[wire.NoticeSettings], error) {
	s, err := a.cfg.Services.Notify.Settings(ctx)
	if err != nil {
		return nil, err
	}
	return answer(wire.FromNoticeSettings(s)), nil
}

func (a *api) putNoticeSettings(ctx context.Context, in *input[wire.NoticeSettingsInput]) (*body[wire.NoticeSettings], error) {
	s, err := a.cfg.Services.Notify.SetSettings(ctx, in.Body.Domain())
	if err != nil {
		return nil, err
	}
	return answer(wire.FromNoticeSettings(s)), nil
}

func (a *api) testNotices(ctx context.Context, in *input[wire.NoticeTest]) (*nothing, error) {
	to := in.Body.To
	if to == "" {
		to = callerOf(ctx).Person.Email.String()
	}
	return nil, a.cfg.Services.Notify.Test(ctx, activation.Channel(in.Body.Channel), to)
}

func (a *api) listNotices(ctx context.Context, in *Page) (*body[wire.List[wire.Notice]], error) {
	out := wire.List[wire.Notice]{Items: []wire.Notice{}}
	err := a.cfg.Services.Store.View(ctx, func(r store.Reader) error {
		list, next, err := r.Notices(ctx, store.Page{After: in.After, Limit: in.Limit})
		if err != nil {
			return err
		}
		out.NextCursor = next
		for _, n := range list {
			to, err := r.Deliveries(ctx, n.ID)
			if err != nil {
				return err
			}
			out.Items = append(out.Items, wire.FromNotice(n, to))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return answer(out), nil
}

func (a *api) chooseNotices(ctx context.Context, in *input[wire.NoticeChoice]) (*nothing, error) {
	return nil, a.cfg.Services.Notify.SetChoice(ctx, callerOf(ctx).Person, in.Body.On)
}
